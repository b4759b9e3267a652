package io.streamdistill.cli.produce;

import io.streamdistill.cli.produce.Row.Fault;
import io.streamdistill.core.config.ConfigException;
import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.OptionalLong;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** Rows of a comma-separated file (RFC 4180) with a header. A blank label means: unknown. */
public final class CsvSource implements ExampleSource {

  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).get();

  private final Path file;
  private final CSVParser parser;
  private final Iterator<CSVRecord> records;
  private final CsvColumns.Positions columns;
  private final FeatureEncoder encoder;
  private final ClassLabels labels;
  private long index;

  private CsvSource(
      Path file, CSVParser parser, CsvColumns columns, FeatureContract contract, ClassMap classes)
      throws IOException {
    this.file = file;
    this.parser = parser;
    this.records = parser.iterator();
    this.encoder = new FeatureEncoder(contract);
    this.labels = new ClassLabels(classes);
    CSVRecord header = read();
    if (header == null) {
      throw new ConfigException(file + ": is empty; its first line must name the columns");
    }
    this.columns = columns.in(header.toList(), file);
    if (this.columns.features().size() != contract.length()) {
      throw new ConfigException(
          "%s:1: %d feature columns, but features.shape %s has %d elements; choose columns with"
                  .formatted(
                      file, this.columns.features().size(), contract.shape(), contract.length())
              + " --feature-columns, --id-column and --label-column, or change features.shape");
    }
  }

  /**
   * Opens a file, plain or with a name that ends in {@code .gz}, and reads its header.
   *
   * @throws ConfigException when the columns are not there or do not fit the contract
   */
  public static CsvSource open(
      Path file, CsvColumns columns, FeatureContract contract, ClassMap classes)
      throws IOException {
    BufferedReader text = TextInput.open(file);
    try {
      return new CsvSource(file, CSVParser.parse(text, FORMAT), columns, contract, classes);
    } catch (IOException | RuntimeException e) {
      text.close();
      throw e;
    }
  }

  @Override
  public @Nullable Row next() throws IOException {
    CSVRecord row = read();
    return row == null ? null : parse(row, index++);
  }

  private @Nullable CSVRecord read() throws IOException {
    try {
      return records.hasNext() ? records.next() : null;
    } catch (UncheckedIOException e) { // a quote that never ends, or no UTF-8
      throw TextInput.readFailure(file, parser.getCurrentLineNumber() + 1, e);
    }
  }

  private Row parse(CSVRecord row, long rowIndex) {
    try {
      return example(row, rowIndex);
    } catch (UnfitRow e) {
      return e.at(rowIndex, file + ":" + parser.getCurrentLineNumber());
    }
  }

  private Row.Example example(CSVRecord row, long rowIndex) throws UnfitRow {
    if (row.size() != columns.header().size()) {
      throw new UnfitRow(
          Fault.WRONG_COLUMN_COUNT,
          "%d columns, the header has %d".formatted(row.size(), columns.header().size()));
    }
    String id = columns.id() < 0 ? null : row.get(columns.id());
    if (id != null && id.isBlank()) {
      throw new UnfitRow(
          Fault.BLANK_ID, "%s is blank; every row needs an id".formatted(name(columns.id())));
    }
    ByteBuffer features = encoder.allocate();
    for (int column : columns.features()) {
      encoder.put(features, name(column), number(column, row.get(column)));
    }
    return new Row.Example(rowIndex, id, features.flip(), label(row), 1, null);
  }

  private double number(int column, String text) throws UnfitRow {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new UnfitRow(
          Fault.BAD_FEATURE, "%s is '%s', not a number".formatted(name(column), text));
    }
  }

  private @Nullable Integer label(CSVRecord row) throws UnfitRow {
    if (columns.label() < 0 || row.get(columns.label()).isBlank()) {
      return null;
    }
    return labels.indexOf(name(columns.label()), row.get(columns.label()));
  }

  private String name(int column) {
    return "column '%s'".formatted(columns.header().get(column));
  }

  @Override
  public OptionalLong total() {
    return OptionalLong.empty();
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
