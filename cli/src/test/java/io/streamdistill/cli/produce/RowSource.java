package io.streamdistill.cli.produce;

import io.streamdistill.cli.source.ExampleSource;
import io.streamdistill.cli.source.Row;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Rows in memory, as a source that does not know how many it has. */
final class RowSource implements ExampleSource {

  private final Row[] rows;
  private int position;

  private RowSource(Row... rows) {
    this.rows = rows;
  }

  static Opener of(Row... rows) {
    return () -> new RowSource(rows);
  }

  @Override
  public @Nullable Row next() {
    return position == rows.length ? null : rows[position++];
  }

  @Override
  public OptionalLong total() {
    return OptionalLong.empty();
  }

  @Override
  public void close() {}
}
