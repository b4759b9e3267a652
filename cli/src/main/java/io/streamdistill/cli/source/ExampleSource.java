package io.streamdistill.cli.source;

import java.io.Closeable;
import java.io.IOException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The rows of a data set, in order. Used by one thread. */
public interface ExampleSource extends Closeable {

  /**
   * Returns the next row, or null after the last.
   *
   * @throws IOException when the source cannot be read on; the message names the file and remedy
   */
  @Nullable Row next() throws IOException;

  /** Returns how many rows there are in all, where that is known without reading them. */
  OptionalLong total();

  /** Opens a source at its first row, as often as it is to be read. */
  @FunctionalInterface
  interface Opener {
    /** Opens the source; an exception's message names the file and remedy. */
    ExampleSource open() throws IOException;
  }
}
