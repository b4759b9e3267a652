package io.streamdistill.cli.source;

import io.streamdistill.cli.source.CsvRecords.CsvRecord;
import io.streamdistill.cli.source.Row.Fault;
import io.streamdistill.cli.source.TextLines.Line;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rows of a file of separated values, with or without a header. */
final class CsvSource implements ExampleSource {

  private static final Logger log = LoggerFactory.getLogger(CsvSource.class);

  private final Path file;
  private final TextLines text;
  private final CsvRecords records;
  private final CsvLayout layout;
  private final CsvColumns columns;
  private final FeatureValues values;
  private final ClassLabels labels;
  private long index;

  private CsvSource(
      Path file, TextLines text, ReadOptions options, FeatureContract contract, ClassMap classes)
      throws IOException {
    this.file = file;
    this.text = text;
    Deque<Line> first = new ArrayDeque<>();
    long length = 0;
    while (first.size() < CsvLayout.SAMPLE_LINES
        && (first.size() <= options.skipLines() + 2 || length < CsvLayout.SAMPLE_CHARS)) {
      Line line = text.next();
      if (line == null) {
        break;
      }
      first.add(line);
      length += line.text().length();
    }
    this.layout = CsvLayout.of(file, new ArrayList<>(first), options);
    IntStream.range(0, layout.skippedLines()).forEach(i -> first.remove());
    this.records =
        new CsvRecords(() -> first.isEmpty() ? text.next() : first.remove(), layout.separator());
    this.values = new FeatureValues(new FeatureEncoder(contract), options);
    this.labels = new ClassLabels(classes);
    this.columns = CsvColumns.of(file, layout, options.columns(), values, contract);
    if (layout.header() != null) {
      passHeader();
    }
  }

  /**
   * Opens a file and finds out how it is laid out.
   *
   * @throws io.streamdistill.config.ConfigException when the columns are not there or do not fit
   *     the contract
   */
  static CsvSource open(Path file, ReadOptions options, FeatureContract contract, ClassMap classes)
      throws IOException {
    TextLines text =
        TextLines.open(file, options.charset(), ReadOptions.maxRowLength(contract.length()));
    try {
      return new CsvSource(file, text, options, contract, classes);
    } catch (IOException | RuntimeException e) {
      text.close();
      throw e;
    }
  }

  /** Opens the same file as often as asked; says once what was found out about it. */
  static Opener opener(Path file, ReadOptions options, FeatureContract contract, ClassMap classes) {
    return new Opener() {
      private boolean told;

      @Override
      public ExampleSource open() throws IOException {
        CsvSource source = CsvSource.open(file, options, contract, classes);
        if (!told) {
          source.tell(options);
          told = true;
        }
        return source;
      }
    };
  }

  /** The first record without a fault is the header, as the layout has found. */
  private void passHeader() throws IOException {
    CsvRecord record = records.next();
    while (record != null && record.unfit() != null) {
      record = records.next();
    }
  }

  private void tell(ReadOptions options) {
    if (layout.separator() != ',' && options.separator() == null) {
      log.info("{}: columns are separated by {}", file, layout.separatorName());
    }
    if (layout.header() == null && options.header() == ReadOptions.Header.AUTO) {
      log.info(
          "{}: the first line holds numbers and is taken for data; columns are 1 to {}",
          file,
          columns.count());
    }
    List<String> header = layout.header();
    if (header != null && options.columns().features().isEmpty()) {
      IntStream.range(0, header.size())
          .filter(i -> header.get(i).isEmpty() && i != columns.id() && i != columns.label())
          .forEach(i -> log.info("{}: column {} has no name and is left out", file, i + 1));
    }
  }

  @Override
  public @Nullable Row next() throws IOException {
    CsvRecord row = records.next();
    if (row == null) {
      return null;
    }
    if (row.unfit() == null && row.lines().size() > 1 && row.cells().size() != columns.count()) {
      row = records.spoiltByQuote(row);
    }
    return parse(row, index++);
  }

  private Row parse(CsvRecord row, long rowIndex) {
    try {
      if (row.unfit() != null) {
        throw row.unfit();
      }
      return example(row.cells(), rowIndex);
    } catch (UnfitRow e) {
      return e.at(rowIndex, file + ":" + row.line());
    }
  }

  private Row.Example example(List<String> row, long rowIndex) throws UnfitRow {
    if (row.size() != columns.count()) {
      throw new UnfitRow(
          Fault.WRONG_COLUMN_COUNT,
          "%d columns, the %s has %d%s"
              .formatted(
                  row.size(),
                  layout.header() == null ? "first line" : "header",
                  columns.count(),
                  row.size() > columns.count()
                      ? "; quote a value that holds the separator (" + layout.separatorName() + ")"
                      : ""));
    }
    String id = columns.id() < 0 ? null : Ids.checked(title(columns.id()), row.get(columns.id()));
    ByteBuffer features = values.allocate();
    for (CsvColumns.Feature feature : columns.features()) {
      values.put(features, feature.place(), row.get(feature.position()), feature.seen());
    }
    return new Row.Example(rowIndex, id, features.flip(), label(row), 1, null);
  }

  private @Nullable Integer label(List<String> row) throws UnfitRow {
    return columns.label() < 0
        ? null
        : labels.indexOf(title(columns.label()), row.get(columns.label()));
  }

  private String title(int column) {
    List<String> header = layout.header();
    return header == null || header.get(column).isEmpty()
        ? "column %d".formatted(column + 1)
        : "column '%s'".formatted(header.get(column));
  }

  @Override
  public OptionalLong total() {
    return OptionalLong.empty();
  }

  @Override
  public void close() throws IOException {
    text.close();
  }
}
