package io.streamdistill.student;

/** Training whose numbers are no longer finite. */
public final class DivergenceException extends StudentException {

  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} says what is not finite since when, and what to do. */
  public DivergenceException(String message) {
    super(message);
  }
}
