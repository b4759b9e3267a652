package io.streamdistill.cli.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.core.checkpoint.CheckpointLog;
import io.streamdistill.core.checkpoint.CheckpointStore;
import io.streamdistill.core.checkpoint.CheckpointStores;
import io.streamdistill.core.checkpoint.KeyFiles;
import io.streamdistill.core.checkpoint.Manifest;
import io.streamdistill.core.checkpoint.S3Settings;
import io.streamdistill.core.checkpoint.S3StoreProvider;
import io.streamdistill.core.checkpoint.SigningKey;
import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.core.transfer.FeatureContract;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class PullCommandTest {

  private static final FeatureContract CONTRACT = FeatureContract.u8(4);

  @TempDir private static Path brokerDirectory;
  private static EmbeddedBroker broker;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Path directory;
  private final Path pulled;
  private final TopicsConfig topics;

  PullCommandTest(@TempDir Path directory, TestInfo test) {
    this.directory = directory;
    this.pulled = directory.resolve("pulled");
    TopicsConfig names = TopicsConfig.defaults();
    String log = test.getTestMethod().orElseThrow().getName(); // each test has its own
    this.topics =
        new TopicsConfig(
            names.transferSet(),
            names.softTargets(),
            names.labels(),
            names.deadLetters(),
            log,
            log + "-files",
            log + "-events",
            1,
            (short) 1);
  }

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(BrokerConfig.in(brokerDirectory));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void createTopics() throws Exception {
    NewTopic log = new NewTopic(topics.checkpoints(), 1, (short) 1);
    NewTopic files = new NewTopic(topics.checkpointFiles(), 1, (short) 1);
    NewTopic events = new NewTopic(topics.checkpointEvents(), 1, (short) 1);
    Map<String, String> compacted = Map.of("cleanup.policy", "compact");
    try (Admin admin = Admin.create(settings().admin())) {
      admin
          .createTopics(List.of(log.configs(compacted), files.configs(compacted), events))
          .all()
          .get();
    }
  }

  @Test
  void pullsTheNewestCheckpointThatVerifyThenPasses() throws Exception {
    publish("kafka:", "v1");
    publish("kafka:", "v2");

    int exit = pull("small");

    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    assertThat(out.toString())
        .contains("pulled into " + pulled)
        .contains("small/v2")
        .contains("768,000 examples in 1,500 steps")
        .contains("agreement = 0.980000")
        .contains("teacher-a")
        .containsPattern("model.onnx, [\\d,]+ bytes, sha-256 [0-9a-f]{64}");
    assertThat(run(new CommandLine(new VerifyCommand()), pulled.toString())).isZero();
    assertThat(out.toString()).contains("ok    batch of 3");
  }

  @Test
  void endsWith1WhenTheStoreHoldsOtherBytes() throws Exception {
    URI location = publish("file:" + directory.resolve("store"), "v1");
    Path stored = Path.of(location).resolve("model.onnx");
    byte[] model = Files.readAllBytes(stored);
    model[model.length / 2] ^= 1;
    Files.write(stored, model);

    assertThat(pull("small")).isEqualTo(1);
    assertThat(err.toString()).contains("model.onnx: has sha-256");
    assertThat(out.toString()).isEmpty();
    assertThat(pulled).doesNotExist();
  }

  @Test
  void endsWith1WhenNothingWasPublished() {
    assertThat(pull("small")).isEqualTo(1);
    assertThat(err.toString())
        .contains("no checkpoint of student 'small'")
        .contains(broker.bootstrapServers());
  }

  @Test
  void verifyEndsWith1AtAFailedCheck() throws Exception {
    TestCheckpoint.write(
        "v1", pulled, TestCheckpoint.model(CONTRACT).logitsAs("z").build(), CONTRACT);

    assertThat(run(new CommandLine(new VerifyCommand()), pulled.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("ok    hashes").contains("FAIL  output");
  }

  @Test
  void pullsOnlyWhatIsSignedWithAPublicKeyThatIsGiven() throws Exception {
    KeyFiles old = KeyFiles.create(directory.resolve("old"), new SecureRandom());
    KeyFiles fresh = KeyFiles.create(directory.resolve("fresh"), new SecureRandom());
    publish("kafka:", "v1", SigningKey.read("old", old.signingKey()));
    publish("kafka:", "v2", SigningKey.read("fresh", fresh.signingKey()));
    publish("kafka:", "v3");

    assertThat(pull("small", "--public-key", old.publicKey().toString())).isZero();
    assertThat(out.toString()).contains("small/v1").doesNotContain("small/v2");
    assertThat(
            pull("small", "--public-key=" + old.publicKey(), "--public-key=" + fresh.publicKey()))
        .isZero();
    assertThat(out.toString()).contains("small/v2").doesNotContain("small/v3");
    assertThat(
            run(
                new CommandLine(new VerifyCommand()),
                pulled.toString(),
                "--public-key=" + old.publicKey()))
        .isEqualTo(1);
    assertThat(out.toString()).contains("FAIL  signature: ");
    assertThat(
            run(
                new CommandLine(new VerifyCommand()),
                pulled.toString(),
                "--public-key=" + fresh.publicKey()))
        .isZero();
    assertThat(pull("small", "--public-key", fresh.signingKey().toString())).isEqualTo(1);
    assertThat(err.toString()).contains("--public-key: ", "holds a PRIVATE KEY");
  }

  @Test
  void canPullFromS3() {
    assertThat(ServiceLoader.load(S3StoreProvider.class)).hasSize(1);
  }

  private URI publish(String storeUri, String version) throws Exception {
    return publish(storeUri, version, null);
  }

  private URI publish(String storeUri, String version, @Nullable SigningKey key) throws Exception {
    Path written = directory.resolve("written-" + version);
    Manifest manifest =
        TestCheckpoint.write(
            version, written, TestCheckpoint.model(CONTRACT).build(), CONTRACT, key);
    URI location;
    try (CheckpointStore store =
        new CheckpointStores(settings(), topics, S3Settings.defaults()).open(storeUri)) {
      location = store.put(manifest.id(), written);
    }
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            settings().producer(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(
              CheckpointLog.record(
                  topics.checkpoints(),
                  CheckpointLog.announcement(manifest, location, Instant.now())))
          .get();
    }
    return location;
  }

  private int pull(String student, String... more) {
    PullCommand command =
        new PullCommand(() -> new PullCommand.View(settings(), topics, S3Settings.defaults()));
    List<String> arguments =
        new ArrayList<>(List.of("--student", student, "--out", pulled.toString()));
    arguments.addAll(List.of(more));
    return run(new CommandLine(command), arguments.toArray(String[]::new));
  }

  private int run(CommandLine command, String... arguments) {
    return command
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (e, failed, parsed) -> {
              failed.getErr().println(e.getMessage());
              return 1;
            })
        .execute(arguments);
  }

  private static KafkaSettings settings() {
    return KafkaSettings.of(broker.bootstrapServers());
  }
}
