package io.streamdistill.student.publish;

/** The version of StreamDistill that is running. */
final class CodeVersion {

  private CodeVersion() {}

  /** From the jar's manifest; {@code development} when classes are not run from a jar. */
  static String get() {
    String version = CodeVersion.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
