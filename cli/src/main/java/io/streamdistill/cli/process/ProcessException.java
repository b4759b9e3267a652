package io.streamdistill.cli.process;

/** A child process that is not as it should be; the message has the end of its log. */
public final class ProcessException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ProcessException(String message) {
    super(message);
  }

  ProcessException(String message, Throwable cause) {
    super(message, cause);
  }
}
