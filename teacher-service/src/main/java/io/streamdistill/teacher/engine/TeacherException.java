package io.streamdistill.teacher.engine;

/**
 * A teacher that cannot score, now or later: the service ends with exit code 7. The message names
 * the model, what it did and the remedy.
 */
public final class TeacherException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public TeacherException(String message) {
    super(message);
  }

  /** Creates the exception with the engine's own complaint as its cause. */
  public TeacherException(String message, Throwable cause) {
    super(message, cause);
  }
}
