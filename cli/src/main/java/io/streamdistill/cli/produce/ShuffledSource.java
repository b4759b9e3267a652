package io.streamdistill.cli.produce;

import io.streamdistill.cli.source.ExampleSource;
import io.streamdistill.cli.source.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Another source's rows in a random order, all of them held in memory. */
final class ShuffledSource implements ExampleSource {

  private final List<Row> rows;
  private int position;

  private ShuffledSource(List<Row> rows) {
    this.rows = rows;
  }

  /** Reads {@code source} to its end; the same seed gives the same order. */
  static ShuffledSource of(ExampleSource source, long seed) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Row row = source.next(); row != null; row = source.next()) {
      rows.add(row);
    }
    Collections.shuffle(rows, new Random(seed));
    return new ShuffledSource(rows);
  }

  @Override
  public @Nullable Row next() {
    return position == rows.size() ? null : rows.get(position++);
  }

  @Override
  public OptionalLong total() {
    return OptionalLong.of(rows.size());
  }

  @Override
  public void close() {}
}
