package io.streamdistill.outage;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.exit.HasExitStatus;
import org.jspecify.annotations.Nullable;

/** Something that is needed was away for longer than was allowed; says what, and for how long. */
public final class OutageException extends RuntimeException implements HasExitStatus {

  private static final long serialVersionUID = 1L;

  /** With the last failure that was met. */
  public OutageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public ExitStatus exitStatus() {
    return ExitStatus.OUTAGE;
  }
}
