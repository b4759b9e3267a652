package io.streamdistill.teacher.engine;

/** A teacher that cannot score; the message names the model, what it did and the remedy. */
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
