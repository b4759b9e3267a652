package io.streamdistill.checkpoints.format;

import java.util.regex.Pattern;

/**
 * Names one checkpoint.
 *
 * @param student name of the student: letters, digits, '.', '_' and '-', at most 100
 * @param version grows with every publication of the student; the same alphabet
 */
public record CheckpointId(String student, String version) {

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,99}");

  /** Validates: both parts become file names, topic keys and URI segments. */
  public CheckpointId {
    requireName("student", student);
    requireName("version", version);
  }

  /** Says whether {@code name} may be a student or a version. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  private static void requireName(String what, String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "%s '%s' is not a checkpoint name; use up to 100 letters, digits, '.', '_', '-'"
              .formatted(what, name));
    }
  }

  @Override
  public String toString() {
    return student + "/" + version;
  }
}
