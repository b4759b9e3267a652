package io.streamdistill.benchmarks.section;

/** A section that cannot run here; the message says why, and what it needs. */
public final class NotMeasured extends Exception {

  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public NotMeasured(String message) {
    super(message);
  }
}
