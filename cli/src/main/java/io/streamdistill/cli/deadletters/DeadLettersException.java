package io.streamdistill.cli.deadletters;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.exit.HasExitStatus;
import org.jspecify.annotations.Nullable;

/** Dead letters that cannot be read or replayed; says which, why and what to do. */
public final class DeadLettersException extends RuntimeException implements HasExitStatus {

  private static final long serialVersionUID = 1L;

  private final ExitStatus status;

  DeadLettersException(String message, @Nullable Throwable cause) {
    this(message, cause, ExitStatus.FAILURE);
  }

  DeadLettersException(String message, @Nullable Throwable cause, ExitStatus status) {
    super(message, cause);
    this.status = status;
  }

  @Override
  public ExitStatus exitStatus() {
    return status;
  }
}
