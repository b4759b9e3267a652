package io.streamdistill.cli.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
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
    assertThat(err.toString()).startsWith(csv + ":3: column 'y' is 'x', not a number");
    assertThat(out.toString()).isEmpty();
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
    assertThat(err.toString()).contains("Missing required argument");
    assertThat(run("--jsonl a --images b")).isEqualTo(2);
    assertThat(err.toString()).contains("mutually exclusive");
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
