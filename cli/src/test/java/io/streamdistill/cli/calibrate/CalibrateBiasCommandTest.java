package io.streamdistill.cli.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.AliasWriter;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.failure.Failures;
import io.streamdistill.cli.failure.UsageErrors;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.testkit.TestBroker;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * What the command makes of its options and says of mistakes. What it does is in {@code
 * PipelineCommandsTest}, and in that of the calibrator.
 */
@ExtendWith(TestBroker.class)
final class CalibrateBiasCommandTest {

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final TestBroker.Running broker;
  private final KafkaSettings kafka;

  CalibrateBiasCommandTest(TestBroker.Running broker) {
    this.broker = broker;
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  @BeforeEach
  void configure() throws IOException {
    configure("count: 10");
  }

  private void configure(String classes) throws IOException {
    Files.writeString(
        folder.resolve("distill.yaml"),
        """
        kafka: {bootstrap.servers: "%s"}
        features: {shape: [784]}
        classes: {%s}
        """
            .formatted(kafka.bootstrapServers(), classes));
  }

  private int run(String... arguments) {
    return new CommandLine(new CalibrateBiasCommand(new ConfigOptions(Map.of(), folder)))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setParameterExceptionHandler(new UsageErrors())
        .setExecutionExceptionHandler(new Failures(() -> false))
        .execute(arguments);
  }

  private void assertUsageError(String message, String... arguments) {
    err.getBuffer().setLength(0);
    assertThat(run(arguments)).isEqualTo(2);
    assertThat(err.toString()).startsWith("error: ").contains(message).doesNotContain("\tat ");
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Manifest checkpoint(String name) {
    return Checkpoints.write(new CheckpointId("small", "v1"), folder.resolve(name), 100);
  }

  @Test
  void takesAStudentOrADirectory() {
    assertUsageError("neither --student nor --from is given", "--out", path("out"));
    assertUsageError(
        "are both given", "--student", "small", "--from", path("it"), "--out", path("out"));
    assertUsageError(
        "--version is for --student",
        "--from",
        path("it"),
        "--version",
        "v1",
        "--out",
        path("out"));
    assertUsageError(
        "--alias is for --student",
        "--from",
        path("it"),
        "--alias",
        "champion",
        "--out",
        path("out"));
    assertOptionError("--alias and --version are both", "--alias", "champion", "--version", "v1");
    assertUsageError("'--out=DIR'", "--student", "small");
  }

  @Test
  void helpSaysThatNothingIsPublished() {
    assertThat(run("--help")).isZero();

    assertThat(out.toString()).contains("Nothing is published").contains("is not touched");
  }

  @Test
  void refusesAPriorThatIsNone() {
    assertOptionError("got [0.5, 0.4] (flag --prior)", "--target", "prior", "--prior", "0.5,0.4");
    assertOptionError("share > 0 for every class", "--target", "prior", "--prior", "0.5,0.5,0");
    assertOptionError("must have a share > 0", "--target", "prior");
    assertOptionError("has 2 shares, there are 10", "--target", "prior", "--prior", "0.5,0.5");
    assertOptionError("(flag --prior)", "--target", "prior", "--prior", "0.5,half");
    assertOptionError("--prior is for --target prior", "--prior", "0.5,0.5");
  }

  @Test
  void refusesOtherValuesThatMakeNoSense() {
    assertOptionError("--target none corrects nothing", "--target", "none");
    assertOptionError("(flag --target)", "--target", "labels");
    assertOptionError("(flag --probe-examples)", "--probe-examples", "0");
  }

  private void assertOptionError(String message, String... options) {
    List<String> all = new ArrayList<>(List.of("--student", "small", "--out", path("out")));
    all.addAll(List.of(options));
    assertUsageError(message, all.toArray(String[]::new));
  }

  @Test
  void writesNothingOverWhatIsThere() throws IOException {
    checkpoint("it");
    Files.createDirectory(folder.resolve("full"));
    Path mine = Files.writeString(folder.resolve("full").resolve("mine.txt"), "mine");

    assertUsageError("exists and is not empty", "--from", path("it"), "--out", path("full"));
    assertUsageError("is no directory", "--from", path("it"), "--out", mine.toString());
    assertUsageError("lies in --from", "--from", path("it"), "--out", path("it/corrected"));
    assertThat(mine).hasContent("mine");
  }

  @Test
  void refusesADirectoryThatIsNoIntactCheckpointOfTheConfiguredStudent() throws IOException {
    assertUsageError("'distill pull' has written", "--from", path("none"), "--out", path("out"));

    checkpoint("it");
    configure("names: [cat, dog]");
    assertUsageError(
        "checkpoint small/v1 has other classes than are configured",
        "--from",
        path("it"),
        "--out",
        path("out"));

    configure("count: 10");
    Files.writeString(folder.resolve("it").resolve("config.json"), "[]");
    assertFails("is not intact", "--from", path("it"));
    assertThat(err.toString()).contains("config.json: has");
  }

  @Test
  void saysWhichStudentsAndVersionsThereAre() throws IOException {
    String log = broker.compactedTopic(1, Map.of());
    Files.writeString(
        folder.resolve("distill.yaml"),
        "topics: {checkpoints: %s}%n".formatted(log),
        StandardOpenOption.APPEND);
    assertFails(
        "no checkpoint of student 'small' is announced on topic '" + log, "--student", "small");

    announce(log, checkpoint("it"));
    assertFails("version 'v2' of student 'small' is not", "--student", "small", "--version", "v2");
    assertThat(err.toString()).contains("these are:\n  v1");
    assertFails("none of the 1 announced checkpoints of 'small'", "--student", "small");
  }

  @Test
  void takesWhatAnAliasStandsFor() throws IOException {
    String log = broker.compactedTopic(1, Map.of());
    String events = broker.topic();
    Files.writeString(
        folder.resolve("distill.yaml"),
        "topics: {checkpoints: %s, checkpoint-events: %s}%n".formatted(log, events),
        StandardOpenOption.APPEND);
    announce(log, checkpoint("it"));
    announce(log, Checkpoints.write(new CheckpointId("small", "v2"), folder.resolve("newer"), 100));
    String[] champion = {"--student", "small", "--alias", "champion"};
    assertFails("'small' has no alias 'champion' yet", champion);

    try (AliasWriter writer = new AliasWriter(kafka, events, InstantSource.system())) {
      writer.move(
          AliasLog.read(kafka, events),
          CheckpointEventKind.PROMOTED,
          "small",
          Alias.CHAMPION,
          "v1",
          "ann",
          "looks good");
    }

    assertFails("small/v1: topic 'nowhere' does not exist", champion);
    assertThat(err.toString()).doesNotContain("small/v2");
  }

  private void assertFails(String message, String... arguments) {
    err.getBuffer().setLength(0);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--out", path("out")));
    assertThat(run(all.toArray(String[]::new))).isEqualTo(1);
    assertThat(err.toString()).contains(message);
    assertThat(folder).isDirectoryNotContaining("glob:**/.staging-*");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private void announce(String log, Manifest manifest) {
    var record =
        CheckpointLog.record(
            log,
            CheckpointLog.announcement(
                manifest, URI.create("kafka:nowhere/" + manifest.id()), Instant.EPOCH));
    broker.send(log, record.partition(), record.key(), record.value());
  }
}
