package io.streamdistill.cli.pull;

/**
 * One thing that was looked at, and how it was found.
 *
 * @param name what was looked at
 * @param passed whether it is as it should be
 * @param detail what was found; when not passed, also what was expected
 */
public record Check(String name, boolean passed, String detail) {

  static Check passed(String name, String detail) {
    return new Check(name, true, detail);
  }

  static Check failed(String name, String detail) {
    return new Check(name, false, detail);
  }

  /** One line for the console. */
  @Override
  public String toString() {
    return "%s  %s: %s".formatted(passed ? "ok  " : "FAIL", name, detail);
  }
}
