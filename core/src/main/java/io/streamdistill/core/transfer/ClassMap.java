package io.streamdistill.core.transfer;

import static io.streamdistill.core.config.Require.require;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The classes, in the order of the teacher's outputs.
 *
 * @param names one distinct, non-blank name per class, at least 2
 */
public record ClassMap(List<String> names) {

  /** Validates. */
  public ClassMap {
    names = List.copyOf(names);
    require(names.size() >= 2, "classes.names must hold at least 2 classes, got %s", names);
    require(
        names.stream().noneMatch(String::isBlank), "classes.names must not be blank: %s", names);
    require(
        new HashSet<>(names).size() == names.size(), "classes.names must be distinct: %s", names);
  }

  /** Classes named by their indices, 0 to {@code count} - 1. */
  public static ClassMap ofCount(int count) {
    require(count >= 2, "classes.count must be >= 2, got %s", count);
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
