package io.streamdistill.teacher.engine;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.exit.HasExitStatus;
import org.jspecify.annotations.Nullable;

/** A model that gave no answer in time, and was made to give up. */
public final class HungException extends RuntimeException implements HasExitStatus {

  private static final long serialVersionUID = 1L;

  /** With the failure that the interruption led to, if there is one. */
  public HungException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public ExitStatus exitStatus() {
    return ExitStatus.HUNG;
  }
}
