package io.streamdistill.cli.produce;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where {@code distill produce} reads from: exactly one of its fields is set, by picocli. */
final class SourceOptions {

  @ArgGroup(exclusive = false)
  private @Nullable Idx idx;

  @ArgGroup(exclusive = false)
  private @Nullable Csv csv;

  @Option(
      names = "--jsonl",
      paramLabel = "FILE",
      required = true,
      description =
          "JSON lines: {\"features\": [...]} with optional id, label, weight and eventTime; *.gz is"
              + " decompressed")
  private @Nullable Path jsonLines;

  /** The options of IDX files. */
  static final class Idx {
    @Option(
        names = "--images",
        paramLabel = "FILE",
        required = true,
        description = "images in the IDX format of MNIST; *.gz is decompressed")
    private Path images = Path.of("");

    @Option(
        names = "--labels",
        paramLabel = "FILE",
        description = "their labels; without it, examples are unlabelled")
    private @Nullable Path labels;
  }

  /** The options of a CSV file. */
  static final class Csv {
    @Option(
        names = "--csv",
        paramLabel = "FILE",
        required = true,
        description = "CSV with a header; *.gz is decompressed")
    private Path file = Path.of("");

    @Option(
        names = "--id-column",
        paramLabel = "NAME",
        description = "column of the ids; without it, ids are prefix and row number")
    private @Nullable String id;

    @Option(
        names = "--label-column",
        paramLabel = "NAME",
        description = "column of the labels, class names or indices; blank means unknown")
    private @Nullable String label;

    @Option(
        names = "--feature-columns",
        paramLabel = "NAME",
        split = ",",
        description = "columns of the features, in order; default: all others in the file's order")
    private List<String> features = List.of();
  }

  /** Opens the source; IDX and CSV headers are checked at once. */
  ExampleSource.Opener opener(ProduceTarget target) {
    if (idx != null) {
      return IdxSource.opener(idx.images, idx.labels, target.features(), target.classes());
    }
    if (csv != null) {
      Csv file = csv;
      CsvColumns columns = new CsvColumns(file.id, file.label, file.features);
      return () -> CsvSource.open(file.file, columns, target.features(), target.classes());
    }
    return () -> JsonLinesSource.open(file(), target.features(), target.classes());
  }

  /** The file whose name begins default ids. */
  Path file() {
    if (idx != null) {
      return idx.images;
    }
    if (csv != null) {
      return csv.file;
    }
    if (jsonLines != null) {
      return jsonLines;
    }
    throw new IllegalStateException("picocli requires one source");
  }
}
