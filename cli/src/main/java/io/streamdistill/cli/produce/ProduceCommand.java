package io.streamdistill.cli.produce;

import io.streamdistill.cli.outage.OutageOptions;
import io.streamdistill.cli.produce.ProduceOptions.OnError;
import io.streamdistill.cli.source.ExampleSource;
import io.streamdistill.cli.source.LeftOut;
import io.streamdistill.cli.source.SourceOptions;
import io.streamdistill.exit.FileReason;
import io.streamdistill.records.Counted;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code distill produce}: feeds the transfer-set topic from a file. */
@Command(
    name = "produce",
    mixinStandardHelpOptions = true,
    description = {
      "Sends the examples of a file to the transfer-set topic, and ends when the broker has"
          + " acknowledged every one.",
      "Record i goes to partition i mod partitions. The id of an example depends on the source and"
          + " its row number alone, so sending a file again renames nothing. What a production that"
          + " was cut off has sent is left out by --skip-sent."
    })
public final class ProduceCommand implements Callable<Integer> {

  private final Supplier<ProduceTarget> target;
  private final Clock clock;
  private final ProduceOptions defaults = ProduceOptions.defaults();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final SourceOptions source = new SourceOptions();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "rows read from the source; default: all")
  private long limit = defaults.limit();

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "passes over these rows; pass n > 1 appends #n to the ids; default: 1")
  private int repeat = defaults.repeat();

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "examples per second; default: as fast as the broker takes them")
  private double rate = defaults.rate();

  @Option(
      names = "--label-fraction",
      paramLabel = "F",
      description =
          "share of rows that keep their hard label: exactly round(F x rows) for IDX files and with"
              + " --shuffle, else by a hash of seed and id; not stratified; default: 1")
  private double labelFraction = defaults.labelFraction();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "of --shuffle and --label-fraction; default: 1")
  private long seed = defaults.seed();

  @Option(names = "--shuffle", description = "read all rows into memory, send in random order")
  private boolean shuffle;

  @Option(
      names = "--id-prefix",
      paramLabel = "TEXT",
      description =
          "begins the ids of rows without one, before the row number; default: the file's name up"
              + " to its first dot, and -")
  private @Nullable String idPrefix;

  @Option(
      names = "--on-error",
      paramLabel = "fail|skip",
      converter = OnErrorName.class,
      description = "at an unfit row: stop, or leave it out and count the reason; default: fail")
  private OnError onError = defaults.onError();

  @Option(
      names = "--check",
      description =
          "send nothing: read the whole file, show every unfit row (100 at most) and count them;"
              + " exit code 1 if there is any. Kafka is not asked")
  private boolean check;

  @Option(
      names = "--skip-sent",
      description =
          "leave out examples whose id is in the topic already, or came before in the file; reads"
              + " the topic first")
  private boolean skipSent;

  @Mixin private final OutageOptions outages = new OutageOptions();

  /** Reads names as they are documented, in lower case. */
  static final class OnErrorName implements ITypeConverter<OnError> {
    @Override
    public OnError convert(String name) {
      return Arrays.stream(OnError.values())
          .filter(value -> value.name().equalsIgnoreCase(name))
          .findFirst()
          .orElseThrow(
              () -> new TypeConversionException("must be fail or skip, got '%s'".formatted(name)));
    }
  }

  /**
   * Creates the command.
   *
   * @param target asked for when the command runs
   */
  public ProduceCommand(Supplier<ProduceTarget> target, Clock clock) {
    this.target = target;
    this.clock = clock;
  }

  @Override
  public Integer call() {
    source.check(spec);
    if (!source.isGiven()) {
      throw new ParameterException(
          spec.commandLine(), "no file is given; name one with --csv, --jsonl or --images");
    }
    ProduceOptions options =
        new ProduceOptions(
            limit, repeat, rate, labelFraction, seed, shuffle, prefix(), onError, skipSent);
    ProduceTarget to = target.get();
    PrintWriter err = spec.commandLine().getErr();
    TransferSetProducer producer =
        new TransferSetProducer(to.kafka(), to.topics(), to.features(), clock)
            .through(
                new TransferSetProducer.Outages(
                    outages.maxOutage(),
                    outages.patience(err),
                    line -> say(err, line),
                    OutageNotice.FIRST));
    try {
      if (check) {
        boolean fit =
            new FileCheck(source.file(), prefix(), spec.commandLine().getOut())
                .run(source.opener(to.features(), to.classes()), limit);
        return fit ? ExitCode.OK : ExitCode.SOFTWARE;
      }
      report(spec.commandLine().getOut(), to, produce(producer, to, options));
      return ExitCode.OK;
    } catch (NoSuchFileException e) {
      throw new ProduceException(e.getFile() + ": no such file; check the path", e);
    } catch (IOException e) { // its message names file and line
      throw new ProduceException(FileReason.of(e), e);
    }
  }

  private Produced produce(TransferSetProducer producer, ProduceTarget to, ProduceOptions options)
      throws IOException {
    ExampleSource.Opener opener = source.opener(to.features(), to.classes());
    try (ProgressDisplay progress =
        ProgressDisplay.of(spec.commandLine().getErr(), Terminal.isInteractive())) {
      return producer.produce(
          () -> {
            ExampleSource opened = opener.open();
            opened
                .total()
                .ifPresent(rows -> progress.expect(Math.min(rows, limit) * options.repeat()));
            return opened;
          },
          options,
          progress);
    }
  }

  private static void say(PrintWriter err, String line) {
    err.println(line);
    err.flush();
  }

  private String prefix() {
    if (idPrefix != null) {
      return idPrefix;
    }
    String name = source.file().getFileName().toString();
    int dot = name.indexOf('.');
    return (dot > 0 ? name.substring(0, dot) : name) + "-";
  }

  private static void report(PrintWriter out, ProduceTarget to, Produced produced) {
    out.printf(
        Locale.ROOT,
        "produced %s (%,d labelled) to %s at %s in %.1f s%n",
        Counted.of(produced.examples(), "example"),
        produced.labelled(),
        to.topics().transferSet(),
        to.kafka().bootstrapServers(),
        produced.elapsed().toMillis() / 1e3);
    if (!produced.skipped().isEmpty()) {
      out.println("skipped " + LeftOut.describe(produced.skipped()));
    }
    if (produced.sentBefore() > 0) {
      out.printf(
          "left out %s whose id was sent before%n", Counted.of(produced.sentBefore(), "example"));
    }
    out.flush();
  }
}
