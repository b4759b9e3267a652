package io.streamdistill.cli.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class ProduceCommandTest {

  @TempDir private static Path brokerDirectory;
  private static EmbeddedBroker broker;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Path csv;

  ProduceCommandTest(@TempDir Path directory) throws IOException {
    csv =
        Files.writeString(
            directory.resolve("animals.v2.csv"),
            "name,x,y,kind\nt,1,2,cat\nu,3,x,dog\nv,5,6,dog\n");
  }

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(BrokerConfig.in(brokerDirectory));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void reportsWhatItProducedAndWhatItSkipped() {
    int exit =
        run("--csv " + csv + " --id-column name --label-column kind --repeat 2 --on-error skip");

    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    assertThat(out.toString())
        .contains(
            "produced 4 examples (4 labelled) to transfer-set at " + broker.bootstrapServers())
        .contains("skipped 2 bad-feature");
  }

  @Test
  void endsWith1AtAnUnfitRow() {
    int exit = run("--csv " + csv + " --feature-columns x,y --label-column kind");

    assertThat(exit).isEqualTo(1);
    assertThat(err.toString())
        .startsWith(csv + ":3: column 'y' is 'x', not a number")
        .contains("topic transfer-set holds the 1 example before it");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aFileCanBeCheckedBeforeAnythingIsSent() throws IOException {
    Path file = csv.resolveSibling("check.csv");
    Files.writeString(
        file, "k,x,y,kind\na,1,2,cat\nb,1f,2,cat\nc,1,2,cow\na,3,4,\nd,1\ne,,1,cat\n");
    String options = "--csv " + file + " --id-column k --label-column kind --check";

    assertThat(run(options)).isEqualTo(1);

    assertThat(out.toString())
        .contains(
            file + ":3: column 'x' is '1f', not a number",
            file + ":4: column 'kind' is 'cow'",
            file + ":6: 2 columns, the header has 4",
            file + ":7: column 'x' is missing",
            "checked 6 rows of " + file + ": 2 fit (1 labelled), 4 not fit (1 bad-feature,",
            "nothing was sent",
            "1 row with an id that an earlier one has, the first is 'a'");

    out.getBuffer().setLength(0);
    assertThat(run(options + " --limit 1")).isZero();
    assertThat(out.toString()).startsWith("checked 1 row of ");

    out.getBuffer().setLength(0);
    Files.writeString(file, "k,x,y,kind\na,1,2,cat\ne,,1,cat\n");
    assertThat(run(options + " --missing skip")).isZero();
    assertThat(out.toString()).contains("1 fit (1 labelled), 0 not fit; ", "left out as asked: 1");
  }

  @Test
  void aCheckShowsSoManyRowsAndCountsTheOthers() throws IOException {
    Path file = csv.resolveSibling("bad.csv");
    Files.writeString(file, "x,y,kind\n1,2,cat\n" + "1,2,cow\n".repeat(250));

    assertThat(run("--csv " + file + " --label-column kind --check")).isEqualTo(1);

    assertThat(out.toString().lines()).hasSize(FileCheck.SHOWN + 2);
    assertThat(out.toString()).contains("... and 150 more", "250 not fit (250 unknown-label)");
  }

  @Test
  void aFileThatIsSentAgainWithSkipSentDoublesNothing() {
    String options = "--csv " + csv + " --columns x,y --label-column kind --on-error skip";
    assertThat(run(options + " --id-prefix twice-")).isZero();

    assertThat(run(options + " --id-prefix twice- --skip-sent")).isZero();

    assertThat(out.toString())
        .contains("produced 0 examples", "left out 2 examples whose id was sent before");
  }

  /** It was a success of 0 examples, or exit code 2. */
  @ParameterizedTest
  @ValueSource(
      strings = {"--label-column kind --csv header.csv", "--csv none.csv", "--jsonl none.jsonl"})
  void endsWith1WhenAFileHoldsNoExamples(String option) throws Exception {
    String name = option.substring(option.lastIndexOf(' ') + 1);
    Path file = csv.resolveSibling(name);
    Files.writeString(file, name.startsWith("header") ? "x,y,kind\n" : "");

    for (String check : List.of("", " --check")) {
      assertThat(run(option.replace(name, file.toString()) + check)).isEqualTo(1);
      assertThat(err.toString()).contains(file + ": ", "give a file with");
    }
  }

  @Test
  void endsWith1WhenAFileIsMissing() {
    assertThat(run("--jsonl nowhere.jsonl")).isEqualTo(1);
    assertThat(err.toString()).contains("nowhere.jsonl: no such file");
    assertThat(run("--images nowhere.gz")).isEqualTo(1);
    assertThat(err.toString()).contains("nowhere.gz: no such file");
  }

  @Test
  void takesExactlyOneSource() {
    assertThat(run("--limit 1")).isEqualTo(2);
    assertThat(err.toString())
        .contains("no file is given; name one with --csv, --jsonl or --images");
    assertThat(run("--jsonl a --images b")).isEqualTo(2);
    assertThat(err.toString()).contains("mutually exclusive");
  }

  @Test
  void refusesOptionsThatAreNotForTheFile() {
    assertThat(run("--jsonl a --separator ;")).isEqualTo(2);
    assertThat(err.toString()).contains("--separator is for --csv");
    assertThat(run("--images a --label-column y")).isEqualTo(2);
    assertThat(err.toString()).contains("--label-column is for --csv and --jsonl");
    assertThat(run("--csv a --labels b")).isEqualTo(2);
    assertThat(err.toString()).contains("--labels is for --images");
  }

  @Test
  void takesEveryOptionOfAFormat() throws IOException {
    Path file = csv.resolveSibling("odd.txt");
    Files.write(
        file,
        "k;x;colour;kind\n1;1,5;red;dog\n2;;blue;dog\n"
            .getBytes(java.nio.charset.StandardCharsets.UTF_16LE));

    int exit =
        run(
            ("--csv %s --encoding utf-16le --separator ; --header yes --decimal , --thousands ."
                    + " --id-column k --label-column kind --columns x,colour --ordinal colour=red,blue"
                    + " --missing x=7 --limit 1")
                .formatted(file));

    assertThat(err.toString()).contains("column 'x' is 1.5, not an integer in [0, 255]");
    assertThat(exit).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --separator ab    | --separator takes one character, tab or space, got 'ab'
          --decimal x       | --decimal must be . or , got 'x'
          --header maybe    | --header must be auto, yes or no, got 'maybe'
          --encoding klingon | --encoding 'klingon' is not known here
          --one-hot colour  | --one-hot takes COLUMN=A,B,..., got 'colour'
          --one-hot c=a,a   | hold one twice
          --missing median  | --missing takes skip, a number, or COLUMN=NUMBER, got 'median'
          --decimal , --thousands , | --decimal and --thousands are both ','
          --decimal , --separator , | --separator and --decimal are both ','
          """)
  void saysWhatAFormatOptionMustBe(String options, String message) {
    assertThat(run("--csv a " + options)).isEqualTo(1);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void saysWhatAnOptionMustBe() {
    assertThat(run("--jsonl a --label-fraction 1.5")).isEqualTo(1);
    assertThat(err.toString()).contains("--label-fraction must be in [0, 1], got 1.5");
    assertThat(run("--jsonl a --on-error ignore")).isEqualTo(2);
    assertThat(err.toString()).contains("must be fail or skip, got 'ignore'");
  }

  private int run(String arguments) {
    ProduceTarget target =
        new ProduceTarget(
            KafkaSettings.of(broker.bootstrapServers()),
            TopicsConfig.defaults(),
            FeatureContract.u8(2),
            new ClassMap(List.of("cat", "dog")));
    return new CommandLine(new ProduceCommand(() -> target, Clock.systemUTC()))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              command.getErr().println(e.getMessage());
              return 1;
            })
        .execute(arguments.split(" "));
  }
}
