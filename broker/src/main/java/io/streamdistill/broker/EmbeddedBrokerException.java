package io.streamdistill.broker;

/** The embedded broker could not be started or stopped; the message says what to do about it. */
public final class EmbeddedBrokerException extends RuntimeException {
  EmbeddedBrokerException(String message) {
    super(message);
  }

  EmbeddedBrokerException(String message, Throwable cause) {
    super(message, cause);
  }
}
