package io.streamdistill.teacher;

import io.streamdistill.core.exit.ExitStatus;
import io.streamdistill.core.exit.HasExitStatus;

/** Kafka was away for longer than it may be. */
final class OutageException extends RuntimeException implements HasExitStatus {

  private static final long serialVersionUID = 1L;

  OutageException(String message) {
    super(message);
  }

  @Override
  public ExitStatus exitStatus() {
    return ExitStatus.OUTAGE;
  }
}
