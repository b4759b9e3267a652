package io.streamdistill.cli.source;

/** A row that is not fit, where such rows are not to be left out; says which and what to do. */
public final class UnfitRowException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UnfitRowException(String message) {
    super(message);
  }
}
