package io.streamdistill.cli.produce;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads whole sources in tests. */
final class Rows {

  private Rows() {}

  static List<Row> of(ExampleSource.Opener opener) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (ExampleSource source = opener.open()) {
      for (Row row = source.next(); row != null; row = source.next()) {
        rows.add(row);
      }
    }
    return rows;
  }

  static Row.Example example(Row row) {
    if (row instanceof Row.Example example) {
      return example;
    }
    throw new AssertionError("unfit: " + row);
  }

  static Row.Malformed malformed(Row row) {
    if (row instanceof Row.Malformed malformed) {
      return malformed;
    }
    throw new AssertionError("fit: " + row);
  }

  static byte[] features(Row row) {
    byte[] bytes = new byte[example(row).features().remaining()];
    example(row).features().duplicate().get(bytes);
    return bytes;
  }
}
