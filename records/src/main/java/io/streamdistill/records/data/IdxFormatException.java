package io.streamdistill.records.data;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file is not the IDX file of unsigned bytes that it should be; the message names file and
 * remedy.
 */
public final class IdxFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  IdxFormatException(Path file, String problem) {
    super(file + ": " + problem);
  }
}
