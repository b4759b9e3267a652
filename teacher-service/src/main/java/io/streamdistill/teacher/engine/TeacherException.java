package io.streamdistill.teacher.engine;

/** A teacher that cannot score; the message names the model, what it did and the remedy. */
public final class TeacherException extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private static final int NO_ROW = -1;

  private final int row;

  /** Creates the exception; the whole batch, or the model itself, is at fault. */
  public TeacherException(String message) {
    this(message, NO_ROW);
  }

  /** Creates the exception; {@code row} of the batch, from 0, brought it to light. */
  public TeacherException(String message, int row) {
    super(message);
    this.row = row;
  }

  /** Creates the exception with the engine's own complaint as its cause. */
  public TeacherException(String message, Throwable cause) {
    super(message, cause);
    this.row = cause instanceof TeacherException inner ? inner.row : NO_ROW;
  }

  /** Row of the batch, from 0, that brought it to light; negative when no single one did. */
  public int row() {
    return row;
  }
}
