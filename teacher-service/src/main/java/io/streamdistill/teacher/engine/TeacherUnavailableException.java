package io.streamdistill.teacher.engine;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.exit.HasExitStatus;
import org.jspecify.annotations.Nullable;

/**
 * A teacher that cannot score just now, and may be able to later: it is away, or overloaded. The
 * service tries the same batch again; nothing of it is skipped. The message names the teacher, what
 * was asked, and what came back.
 */
public final class TeacherUnavailableException extends RuntimeException implements HasExitStatus {

  private static final long serialVersionUID = 1L;

  /** With the failure that was met, if there is one. */
  public TeacherUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public ExitStatus exitStatus() {
    return ExitStatus.OUTAGE;
  }
}
