package io.streamdistill.cli.produce;

import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a line: {@code {"id": ..., "features": [...], "label": ..., "weight": ...,
 * "eventTime": ...}}, of which only features are required. A label is a class name or index, an
 * event time is ISO 8601 or milliseconds since the epoch. Blank lines are passed over.
 */
public final class JsonLinesSource implements ExampleSource {

  private final Path file;
  private final BufferedReader lines;
  private final JsonExample parser;
  private long line;
  private long index;

  private JsonLinesSource(Path file, BufferedReader lines, JsonExample parser) {
    this.file = file;
    this.lines = lines;
    this.parser = parser;
  }

  /** Opens a file, plain or with a name that ends in {@code .gz}. */
  public static JsonLinesSource open(Path file, FeatureContract contract, ClassMap classes)
      throws IOException {
    return new JsonLinesSource(file, TextInput.open(file), new JsonExample(contract, classes));
  }

  @Override
  public @Nullable Row next() throws IOException {
    String text;
    do {
      line++;
      try {
        text = lines.readLine();
      } catch (IOException e) {
        throw TextInput.readFailure(file, line, e);
      }
    } while (text != null && text.isBlank());
    if (text == null) {
      return null;
    }
    long row = index++;
    try {
      return parser.parse(text, row);
    } catch (UnfitRow e) {
      return e.at(row, file + ":" + line);
    }
  }

  @Override
  public OptionalLong total() {
    return OptionalLong.empty();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
