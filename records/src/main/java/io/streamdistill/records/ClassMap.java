package io.streamdistill.records;

import static io.streamdistill.config.Require.require;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The classes, in the order of the teacher's outputs.
 *
 * @param names one distinct, non-blank name per class, at least 2
 */
public record ClassMap(List<String> names) {

  /**
   * Most classes: a soft target of a million classes has 2 MB, and every count is held in memory.
   */
  private static final int MOST = 1_000_000;

  private static final int MOST_CHARS = 1_000;

  /** Validates. */
  public ClassMap {
    names = List.copyOf(names);
    require(names.size() >= 2, "classes.names must hold at least 2 classes, got %s", names);
    require(
        names.size() <= MOST,
        "classes.names must hold at most %s classes, got %s",
        MOST,
        names.size());
    Set<String> seen = new HashSet<>();
    for (int index = 0; index < names.size(); index++) {
      String name = names.get(index);
      require(!name.isBlank(), "classes.names must not be blank, but class %s is", index);
      require(
          name.length() <= MOST_CHARS,
          "classes.names: class %s has %s characters, at most %s are taken: %s...",
          index,
          name.length(),
          MOST_CHARS,
          name.substring(0, Math.min(name.length(), 40)));
      require(
          seen.add(name),
          "classes.names must be distinct, but class %s is '%s' again",
          index,
          name);
    }
  }

  /** Classes named by their indices, 0 to {@code count} - 1. */
  public static ClassMap ofCount(int count) {
    require(count >= 2, "classes.count must be >= 2, got %s", count);
    require(count <= MOST, "classes.count must be at most %s, got %s", MOST, count);
    return new ClassMap(IntStream.range(0, count).mapToObj(Integer::toString).toList());
  }

  /** Number of classes. */
  public int count() {
    return names.size();
  }

  /** Hash of the ordered names: 16 hexadecimal digits of SHA-256 over length-prefixed UTF-8. */
  public String hash() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String name : names) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        digest.update((utf8.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(utf8);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
