package io.streamdistill.cli.produce;

/** Production that stopped; says at which row or broker, why, and what to do. */
public final class ProduceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ProduceException(String message) {
    super(message);
  }

  ProduceException(String message, Throwable cause) {
    super(message, cause);
  }
}
