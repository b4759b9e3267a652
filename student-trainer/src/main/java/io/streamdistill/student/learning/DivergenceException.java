package io.streamdistill.student.learning;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.exit.HasExitStatus;
import io.streamdistill.student.StudentException;

/** Training that has diverged: it is much worse than no training, or not in numbers any more. */
public final class DivergenceException extends StudentException implements HasExitStatus {

  private static final long serialVersionUID = 1L;

  private final long step;

  /** Creates the exception; {@code message} says what was found, and at which step. */
  public DivergenceException(String message, long step) {
    super(message);
    this.step = step;
  }

  /** Step at which it was found. */
  public long step() {
    return step;
  }

  @Override
  public ExitStatus exitStatus() {
    return ExitStatus.DIVERGED;
  }
}
