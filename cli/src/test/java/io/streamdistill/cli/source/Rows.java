package io.streamdistill.cli.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
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

  /** The features of a row of type f32. */
  static float[] floats(Row row) {
    FloatBuffer floats =
        ByteBuffer.wrap(features(row)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[floats.remaining()];
    floats.get(values);
    return values;
  }
}
