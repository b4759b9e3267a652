package io.streamdistill.cli.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A source with at least one row: a file of nothing but a header is a mistake, and no success. */
final class Filled implements ExampleSource {

  private final ExampleSource source;
  private final Path file;
  private boolean any;

  Filled(ExampleSource source, Path file) {
    this.source = source;
    this.file = file;
  }

  @Override
  public @Nullable Row next() throws IOException {
    Row row = source.next();
    if (row == null && !any) {
      throw new IOException(file + ": holds no examples; give a file with at least one row");
    }
    any = true;
    return row;
  }

  @Override
  public OptionalLong total() {
    return source.total();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
