package io.streamdistill.checkpoints.format;

import org.jspecify.annotations.Nullable;

/** A checkpoint that cannot be read, written or trusted; says which, why and what to do. */
public sealed class CheckpointException extends RuntimeException
    permits NotYetException, UnreachableException {

  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code message} says which checkpoint or file, why, what to do. */
  public CheckpointException(String message) {
    super(message);
  }

  /** Creates the exception with its cause, if there is one. */
  public CheckpointException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
