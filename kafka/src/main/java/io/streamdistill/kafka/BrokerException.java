package io.streamdistill.kafka;

import org.jspecify.annotations.Nullable;

/** Kafka does not answer, or refuses; the message says which Kafka, what was asked, what to do. */
public final class BrokerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With the failure that Kafka's client met. */
  public BrokerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
