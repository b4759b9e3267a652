package io.streamdistill.cli.source;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamdistill.cli.source.JsonObjects.Found;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JSON objects, one a line or in one array: {@code {"id": ..., "features": [...], "label": ...,
 * "weight": ..., "eventTime": ...}}, of which only features are required, or with features in
 * fields of any name. A label is a class name or index, an event time is ISO 8601 or milliseconds
 * since the epoch. Blank lines are passed over.
 */
final class JsonSource implements ExampleSource {

  private static final Logger log = LoggerFactory.getLogger(JsonSource.class);

  /** Lines in which an object is looked for that shows the fields. */
  private static final int SAMPLE = 100;

  private final Path file;
  private final JsonObjects objects;
  private final Deque<Found> first = new ArrayDeque<>();
  private final JsonLayout layout;
  private final JsonExample parser;
  private long index;

  private JsonSource(
      Path file,
      JsonObjects objects,
      ReadOptions options,
      FeatureContract contract,
      ClassMap classes)
      throws IOException {
    this.file = file;
    this.objects = objects;
    JsonNode object = null;
    long line = 1;
    while (object == null && first.size() < SAMPLE) {
      Found found = objects.next();
      if (found == null) {
        break;
      }
      first.add(found);
      object = found.json();
      line = found.line();
    }
    this.layout = JsonLayout.of(file + ":" + line, object, options.columns());
    this.parser = new JsonExample(layout, options, contract, classes);
  }

  /** Opens a file and finds out which fields it has. */
  static JsonSource open(Path file, ReadOptions options, FeatureContract contract, ClassMap classes)
      throws IOException {
    int maxLength = ReadOptions.maxRowLength(contract.length());
    JsonObjects objects = JsonObjects.open(file, options.charset(), maxLength);
    try {
      return new JsonSource(file, objects, options, contract, classes);
    } catch (IOException | RuntimeException e) {
      objects.close();
      throw e;
    }
  }

  /** Opens the same file as often as asked; says once what was found out about it. */
  static Opener opener(Path file, ReadOptions options, FeatureContract contract, ClassMap classes) {
    return new Opener() {
      private boolean told;

      @Override
      public ExampleSource open() throws IOException {
        JsonSource source = JsonSource.open(file, options, contract, classes);
        if (!told && source.layout.isGuessed()) {
          log.info(
              "{}: features are the numbers of its first object, in their order: {}",
              file,
              Excerpt.of(source.layout.features()));
        }
        told = true;
        return source;
      }
    };
  }

  @Override
  public @Nullable Row next() throws IOException {
    Found found = first.isEmpty() ? objects.next() : first.remove();
    if (found == null) {
      return null;
    }
    long row = index++;
    try {
      if (found.unfit() != null || found.json() == null) {
        throw found.unfit() == null
            ? new UnfitRow(Row.Fault.BAD_JSON, "there is no object")
            : found.unfit();
      }
      return parser.parse(found.json(), row);
    } catch (UnfitRow e) {
      return e.at(row, file + ":" + found.line());
    }
  }

  @Override
  public OptionalLong total() {
    return OptionalLong.empty();
  }

  @Override
  public void close() throws IOException {
    objects.close();
  }
}
