package io.streamdistill.student.publish;

import io.streamdistill.core.exit.ExitStatus;
import io.streamdistill.core.exit.HasExitStatus;
import io.streamdistill.student.StudentException;
import org.jspecify.annotations.Nullable;

/** Something that is needed was away for longer than is waited. */
public final class OutageException extends StudentException implements HasExitStatus {

  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} names what was away, for how long, and the key. */
  public OutageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public ExitStatus exitStatus() {
    return ExitStatus.OUTAGE;
  }
}
