package io.streamdistill.cli.failure;

import java.io.IOException;
import java.util.Locale;
import java.util.Objects;

/** Standard output does not take what is printed. */
public final class OutputLostException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  OutputLostException(IOException cause) {
    super(
        "standard output cannot be written: %s; what is missing there was not printed"
            .formatted(cause.getMessage()),
        cause);
  }

  /** Whether who read it has gone, as {@code head} does: nothing to complain of. */
  boolean readerIsGone() {
    String message = getCause() == null ? "" : Objects.toString(getCause().getMessage(), "");
    return message.toLowerCase(Locale.ROOT).contains("pipe");
  }
}
