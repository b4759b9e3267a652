package io.streamdistill.cli.quickstart;

/** A quickstart that did not come to its end; the message says which part and where to look. */
final class QuickstartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  QuickstartException(String message) {
    super(message);
  }
}
