package io.streamdistill.checkpoints.format;

import org.jspecify.annotations.Nullable;

/** Kafka or a store does not answer now; to try again may help, and to wait before that, too. */
public final class UnreachableException extends CheckpointException {

  private static final long serialVersionUID = 1L;

  /** With the failure that was met, if there is one. */
  public UnreachableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
