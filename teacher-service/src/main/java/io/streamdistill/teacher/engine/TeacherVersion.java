package io.streamdistill.teacher.engine;

import io.streamdistill.records.ClassMap;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Names a teacher by its content, so that equal soft targets carry equal versions anywhere. */
public final class TeacherVersion {

  private static final int DIGITS = 16;

  private TeacherVersion() {}

  /** Version on the wire: 16 hexadecimal digits over the teacher's content and its classes. */
  public static String of(Teacher teacher, ClassMap classMap) {
    return of(teacher, classMap, List.of());
  }

  /**
   * Version of a teacher for whom something is set beside its members.
   *
   * @param settings what its answers depend on as well
   */
  public static String of(Teacher teacher, ClassMap classMap, List<String> settings) {
    List<String> parts = new ArrayList<>();
    parts.addAll(List.of("teacher", teacher.facts().contentHash(), classMap.hash()));
    parts.addAll(settings);
    return hash(parts).substring(0, DIGITS);
  }

  /** Hash of an ensemble; its weights sum to 1. An ensemble of one is its only member. */
  static String ofEnsemble(List<String> members, double[] weights, Combination combination) {
    if (members.size() == 1) {
      return members.get(0);
    }
    StringBuilder parts = new StringBuilder(combination.name().toLowerCase(Locale.ROOT));
    for (int m = 0; m < weights.length; m++) {
      parts.append(' ').append(members.get(m)).append('*').append(weights[m]);
    }
    return hash(List.of("ensemble", parts.toString()));
  }

  /** SHA-256, in hexadecimal, of parts in their order, each with its length. */
  public static String hash(List<String> parts) {
    MessageDigest digest = sha256();
    for (String part : parts) {
      byte[] utf8 = part.getBytes(StandardCharsets.UTF_8);
      digest.update((utf8.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(utf8);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
