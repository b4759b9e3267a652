package io.streamdistill.student.publish;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.exit.HasExitStatus;
import io.streamdistill.student.StudentException;
import org.jspecify.annotations.Nullable;

/** Another trainer holds the student; only one may publish. */
public final class FencedException extends StudentException implements HasExitStatus {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception; {@code message} names the student, and who holds it if that is known.
   */
  public FencedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public ExitStatus exitStatus() {
    return ExitStatus.FENCED;
  }
}
