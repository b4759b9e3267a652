package io.streamdistill.cli.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.GateCheck;
import io.streamdistill.checkpoints.log.AliasWriter;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.store.S3Settings;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.TopicsConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands on a real log; each test has a student of its own. */
final class AliasCommandsTest {

  private static final TopicsConfig TOPICS = TopicsConfig.defaults();

  @TempDir private static Path brokerDirectory;
  private static EmbeddedBroker broker;
  private static AliasDesk desk;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(BrokerConfig.in(brokerDirectory));
    KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers());
    Topics.create(kafka, TopicSpec.all(TOPICS, 1 << 20));
    desk = new AliasDesk(kafka, TOPICS, S3Settings.defaults(), InstantSource.system());
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private static void announce(String student, String... versions) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            desk.kafka().producer(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (String version : versions) {
        producer
            .send(
                CheckpointLog.record(
                    TOPICS.checkpoints(),
                    new Announcement(
                        new CheckpointId(student, version),
                        null,
                        new Announcement.Training(
                            10, 12_800, 1, "soft-targets", Map.of(), List.of("teacher-a"), "cafe"),
                        Map.of("agreement", 0.97),
                        "kafka:checkpoint-files/" + student + "/" + version,
                        List.of(new FileEntry("model.onnx", 5_100_000L, "0".repeat(64))),
                        Instant.parse("2026-02-01T00:00:00Z"))))
            .get();
      }
    }
  }

  private int run(Object command, String... arguments) {
    return new CommandLine(command)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (e, failed, parsed) -> {
              failed.getErr().println(e.getMessage());
              return 1;
            })
        .execute(arguments);
  }

  private int promote(String student, String version) {
    return run(
        new PromoteCommand(() -> desk),
        "--student",
        student,
        "--version",
        version,
        "--reason",
        "looks good",
        "--actor",
        "ann");
  }

  private int rollback(String student) {
    return run(new RollbackCommand(() -> desk), "--student", student);
  }

  @Test
  void promotesRollsBackAndSaysWhoWhyAndWhen() throws Exception {
    announce("moved", "v1", "v2");
    assertThat(promote("moved", "v1")).as(err.toString()).isZero();
    assertThat(promote("moved", "v2")).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("champion of moved: nothing -> v1")
        .contains("champion of moved: v1 -> v2");

    assertThat(rollback("moved")).as(err.toString()).isZero();

    assertThat(out.toString()).contains("champion of moved: v2 -> v1");
    assertThat(rollback("moved")).isEqualTo(1);
    assertThat(err.toString()).contains("has stood for nothing before v1");
    assertThat(desk.aliases().events("moved"))
        .extracting(event -> event.act().actor().equals("ann"))
        .containsExactly(true, true, false);
  }

  @Test
  void aPinHoldsAgainstPeopleToo() throws Exception {
    announce("held", "v1", "v2");
    promote("held", "v1");
    assertThat(run(new PinCommand(() -> desk), "--student", "held", "--reason", "audit"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("champion of held: pinned to v1");

    assertThat(promote("held", "v2")).isEqualTo(1);
    assertThat(err.toString())
        .contains("was pinned to v1 by")
        .contains("(audit)")
        .contains("--release");

    String[] release = {"--student", "held", "--release", "--reason", "audit over"};
    assertThat(run(new PinCommand(() -> desk), release)).isZero();
    assertThat(promote("held", "v2")).isZero();
    assertThat(run(new PinCommand(() -> desk), release)).isEqualTo(1);
    assertThat(err.toString()).contains("is not pinned");
  }

  @Test
  void refusesWhatIsNotThere() throws Exception {
    announce("known", "v1");

    assertThat(promote("known", "v9")).isEqualTo(1);
    assertThat(promote("unknown", "v1")).isEqualTo(1);
    assertThat(rollback("known")).isEqualTo(1);

    assertThat(err.toString())
        .contains("version 'v9' of 'known' is not announced")
        .contains("no checkpoint of student 'unknown'")
        .contains("'known' has no alias 'champion'");
  }

  @Test
  void listsNewestFirstWithAliasesAndTheGate() throws Exception {
    announce("listed", "v1", "v2");
    promote("listed", "v1");
    try (AliasWriter writer =
        new AliasWriter(desk.kafka(), TOPICS.checkpointEvents(), InstantSource.system())) {
      writer.decided(
          new CheckpointId("listed", "v2"),
          false,
          "agreement: 0.4 is below 0.9",
          List.of(new GateCheck("agreement", false, 0.4, 0.9, "0.4 is below 0.9")));
    }

    out.getBuffer().setLength(0);
    assertThat(run(new CheckpointsCommand(() -> desk), "--student", "listed")).isZero();

    List<String> lines = out.toString().lines().toList();
    assertThat(lines.get(0)).startsWith("VERSION").contains("ALIASES").contains("GATE");
    assertThat(lines.get(1))
        .startsWith("v2")
        .contains("latest")
        .contains("refused")
        .contains("5.1 MB");
    assertThat(lines.get(2)).startsWith("v1").contains("champion").contains("agreement=0.97");
    assertThat(lines.get(3)).isEqualTo("refused: v2: agreement: 0.4 is below 0.9");

    out.getBuffer().setLength(0);
    assertThat(run(new CheckpointsCommand(() -> desk), "--student", "listed", "--json")).isZero();
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get(0).path("gate").path("checks").get(0).path("bound").asDouble())
        .isEqualTo(0.9);
    assertThat(json.get(1).path("aliases").get(0).asText()).isEqualTo("champion");
    assertThat(json.get(1).path("gate").isNull()).isTrue();
  }
}
