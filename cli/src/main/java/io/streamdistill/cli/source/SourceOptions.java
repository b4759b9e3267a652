package io.streamdistill.cli.source;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.data.IdxFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say which file examples come from, and how it is read. */
public final class SourceOptions {

  @ArgGroup(validate = false, order = 1, heading = "Files, one of these:%n")
  private Files files = new Files();

  @ArgGroup(validate = false, order = 2, heading = "How CSV and JSON lines are read:%n")
  private FormatOptions format = new FormatOptions();

  /** The files. */
  static final class Files {
    @Option(
        names = "--images",
        paramLabel = "FILE",
        order = 1,
        description = "images in the IDX format of MNIST; may be gzip, as any file here")
    private @Nullable Path images;

    @Option(
        names = "--labels",
        paramLabel = "FILE",
        order = 2,
        description = "with --images, their labels; without it, examples are unlabelled")
    private @Nullable Path labels;

    @Option(
        names = "--csv",
        paramLabel = "FILE",
        order = 3,
        description =
            "values separated by commas, semicolons, tabs, bars or spaces, with a header or"
                + " without; which of them is found out")
    private @Nullable Path csv;

    @Option(
        names = "--jsonl",
        paramLabel = "FILE",
        order = 4,
        description =
            "JSON objects, one a line or in one array: {\"features\": [...]} with optional id,"
                + " label, weight and eventTime; or with features in fields of other names, see"
                + " --columns")
    private @Nullable Path jsonLines;
  }

  /** Whether a file is named. */
  public boolean isGiven() {
    return files.images != null || files.csv != null || files.jsonLines != null;
  }

  /**
   * Checks that the options go together.
   *
   * @param spec of the command that they were given to
   * @throws ParameterException when they do not
   */
  public void check(CommandSpec spec) {
    long sources =
        Stream.of(files.images, files.csv, files.jsonLines).filter(file -> file != null).count();
    if (sources > 1) {
      throw usage(spec, "--images, --csv and --jsonl are mutually exclusive; give one of them");
    }
    if (files.labels != null && files.images == null) {
      throw usage(
          spec, "--labels is for --images; of other files, name the column with --label-column");
    }
    if (files.csv == null && files.jsonLines == null && !format.given().isEmpty()) {
      throw usage(spec, format.given() + " is for --csv and --jsonl");
    }
    if (files.jsonLines != null && !format.givenForCsv().isEmpty()) {
      throw usage(spec, format.givenForCsv() + " is for --csv");
    }
    var unused = format.options(); // what is wrong in them is said before anything is opened
  }

  private static ParameterException usage(CommandSpec spec, String problem) {
    return new ParameterException(spec.commandLine(), problem);
  }

  /** Opens the source; IDX files are checked at once. */
  public ExampleSource.Opener opener(FeatureContract contract, ClassMap classes) {
    ExampleSource.Opener opener = ofFile(contract, classes);
    return () -> new Filled(opener.open(), file());
  }

  private ExampleSource.Opener ofFile(FeatureContract contract, ClassMap classes) {
    if (files.images != null) {
      return IdxSource.opener(files.images, files.labels, contract, classes);
    }
    if (files.csv != null) {
      return CsvSource.opener(files.csv, format.options(), contract, classes);
    }
    return JsonSource.opener(file(), format.options(), contract, classes);
  }

  /** The file whose name begins default ids. */
  public Path file() {
    return Stream.of(files.images, files.csv, files.jsonLines)
        .filter(file -> file != null)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("checked before"));
  }

  /** The shape of an example, where the file itself says it. */
  public Optional<List<Integer>> shape() throws IOException {
    return files.images == null
        ? Optional.empty()
        : Optional.of(List.of(IdxFile.read(files.images, 3).itemLength()));
  }
}
