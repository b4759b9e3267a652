package io.streamdistill.config;

/**
 * Where a value of the configuration comes from.
 *
 * @param text {@code default}, {@code distill.yaml:12}, {@code env DISTILL_X} or {@code flag --x}
 */
record ValueSource(String text) {

  static final ValueSource DEFAULT = new ValueSource("default");

  static ValueSource line(String file, int line) {
    return new ValueSource(file + ":" + line);
  }

  static ValueSource environment(String variable) {
    return new ValueSource("env " + variable);
  }

  static ValueSource flag(String flag) {
    return new ValueSource("flag " + flag);
  }

  @Override
  public String toString() {
    return text;
  }
}
