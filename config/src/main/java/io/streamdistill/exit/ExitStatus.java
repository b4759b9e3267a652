package io.streamdistill.exit;

/**
 * Exit codes of every {@code distill} process. A process that a signal ended has 128 and the
 * signal's number instead, and one that ran out of heap memory is ended by the JVM with 3 and the
 * line {@code Terminating due to java.lang.OutOfMemoryError}.
 */
public enum ExitStatus {
  /** What was asked for is done. */
  OK(0, "done", "nothing"),
  /** Everything that has no code of its own. */
  FAILURE(
      1, "a failure that the last line of the log names", "read it; a supervisor may try again"),
  /** Usage or configuration; starting again without a change ends the same way. */
  CONFIGURATION(2, "the command line or the configuration cannot be used", "correct it"),
  /** Another process does the same work under the same name. */
  FENCED(3, "another process holds the same student.name", "stop one of the two"),
  /** The log no longer holds what was to be read. */
  LOST_RECORDS(
      4,
      "the log no longer holds what is to be read next: deleted by retention, or deleted and"
          + " created anew",
      "decide: on-lost-records continue, or a new name"),
  /** Training diverged more often than it may. */
  DIVERGED(5, "the student diverged and was not cured", "docs/troubleshooting.md"),
  /** Something that is needed was away for longer than is allowed. */
  OUTAGE(
      6,
      "broker, store or teacher were away for longer than configured",
      "start again when it is back"),
  /** The teacher's model fails for too many records. */
  TEACHER_FAILED(
      7, "the teacher's model failed, or for too large a share of the records", "check the model"),
  /** Work hangs, and cannot be interrupted. */
  HUNG(8, "the model hung for longer than configured", "start again; check the model");

  private final int code;
  private final String meaning;
  private final String remedy;

  ExitStatus(int code, String meaning, String remedy) {
    this.code = code;
    this.meaning = meaning;
    this.remedy = remedy;
  }

  /** What the operating system sees. */
  public int code() {
    return code;
  }

  /** Why the process ended, for the docs. */
  public String meaning() {
    return meaning;
  }

  /** What to do, for the docs. */
  public String remedy() {
    return remedy;
  }

  /**
   * The status that ends a process which failed with {@code failure}: that of the outermost cause
   * with one.
   */
  public static ExitStatus of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof HasExitStatus known) {
        return known.exitStatus();
      }
    }
    return FAILURE;
  }
}
