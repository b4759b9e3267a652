package io.streamdistill.config;

/**
 * Where a value of the configuration comes from.
 *
 * @param text {@code default}, {@code distill.yaml:12}, {@code env DISTILL_X} or {@code flag --x}
 */
record Origin(String text) {

  static final Origin DEFAULT = new Origin("default");

  static Origin line(String file, int line) {
    return new Origin(file + ":" + line);
  }

  static Origin environment(String variable) {
    return new Origin("env " + variable);
  }

  static Origin flag(String flag) {
    return new Origin("flag " + flag);
  }

  @Override
  public String toString() {
    return text;
  }
}
