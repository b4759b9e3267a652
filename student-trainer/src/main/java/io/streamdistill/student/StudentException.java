package io.streamdistill.student;

import org.jspecify.annotations.Nullable;

/** Training that cannot go on; says what happened, where, and what to do. */
public class StudentException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} says what happened, where and what to do. */
  public StudentException(String message) {
    super(message);
  }

  /** Creates the exception with its cause, null when there is none. */
  public StudentException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
