package io.streamdistill.cli.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.checkpoints.format.CheckpointVersion;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.store.S3Settings;
import io.streamdistill.checkpoints.store.S3StoreProvider;
import io.streamdistill.checkpoints.trust.KeyFiles;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

final class PullCommandTest {

  private static final FeatureContract CONTRACT = FeatureContract.u8(4);

  private static final AtomicInteger TESTS = new AtomicInteger();

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
    String log = // each test has its own
        test.getTestMethod().orElseThrow().getName() + "-" + TESTS.incrementAndGet();
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

  /** config.pbtxt says of the model what ONNX Runtime says of it. */
  @ParameterizedTest
  @EnumSource(FeatureType.class)
  void laysAModelRepositoryOfTritonOut(FeatureType type) throws Exception {
    FeatureContract contract = new FeatureContract(type, List.of(2, 3), 1, 0);
    String version =
        CheckpointVersion.next(null, 7, Instant.ofEpochMilli(1_790_000_000_123L), new Random(1));
    publish("kafka:", version, contract, null);

    assertThat(pull("small", "--layout", "triton")).as(err.toString()).isZero();

    Path model = pulled.resolve("small");
    Path checkpoint = model.resolve("1790000000123");
    assertThat(run(new CommandLine(new VerifyCommand()), checkpoint.toString())).isZero();
    String config = Files.readString(model.resolve("config.pbtxt"));
    assertThat(config)
        .contains("name: \"small\"\n", "backend: \"onnxruntime\"", "max_batch_size: 1024")
        .contains("string_value: \"" + version + "\"");
    assertThat(Files.readAllLines(model.resolve("labels.txt"))).containsExactly("0", "1", "2");
    try (OrtSession session =
        OrtEnvironment.getEnvironment()
            .createSession(checkpoint.resolve("model.onnx").toString())) {
      Map<String, String> declared = new TreeMap<>();
      session.getInputInfo().forEach((name, node) -> declared.put(name, triton(node)));
      session.getOutputInfo().forEach((name, node) -> declared.put(name, triton(node)));
      Matcher tensor =
          Pattern.compile("name: \"(\\w+)\" (data_type: \\w+ dims: \\[ \\d+ ])").matcher(config);
      Map<String, String> configured = new TreeMap<>();
      while (tensor.find()) {
        configured.put(tensor.group(1), tensor.group(2));
      }
      assertThat(configured).isEqualTo(declared).hasSize(3);
    }
  }

  /** How Triton writes a tensor whose first dimension is the batch. */
  private static String triton(NodeInfo node) {
    TensorInfo tensor = (TensorInfo) node.getInfo();
    assertThat(tensor.getShape()[0]).isEqualTo(-1);
    String type =
        switch (tensor.type) {
          case UINT8 -> "TYPE_UINT8";
          case FLOAT16 -> "TYPE_FP16";
          case FLOAT -> "TYPE_FP32";
          default -> throw new AssertionError(tensor.type);
        };
    return "data_type: %s dims: [ %d ]".formatted(type, tensor.getShape()[1]);
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
  void waitsForAStoreThatIsAway() throws Exception {
    publish("file:" + directory.resolve("store"), "v1");
    Files.move(directory.resolve("store"), directory.resolve("away"));

    assertThat(pull("small", "--max-outage", "1s")).isEqualTo(1);
    assertThat(err.toString())
        .contains("waits: none of the 1 announced checkpoints", "is it mounted")
        .contains("more than --max-outage allows");
    err.getBuffer().setLength(0);
    CompletableFuture<Integer> pull = CompletableFuture.supplyAsync(() -> pull("small"));
    await().atMost(Duration.ofMinutes(1)).until(() -> err.toString().contains("waits: "));
    Files.move(directory.resolve("away"), directory.resolve("store"));

    assertThat(pull.get(1, TimeUnit.MINUTES)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("small/v1");
    assertThat(pull("small", "--max-outage", "soon")).isEqualTo(2);
    assertThat(err.toString()).contains("must be a duration such as 30s, 10m or 1h");
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
    return publish(storeUri, version, CONTRACT, null);
  }

  private URI publish(String storeUri, String version, @Nullable SigningKey key) throws Exception {
    return publish(storeUri, version, CONTRACT, key);
  }

  private URI publish(
      String storeUri, String version, FeatureContract contract, @Nullable SigningKey key)
      throws Exception {
    Path written = directory.resolve("written-" + version);
    Manifest manifest =
        TestCheckpoint.write(
            version, written, TestCheckpoint.model(contract).build(), contract, key);
    URI location;
    try (CheckpointStore store =
        new CheckpointStores(Cluster.of(settings(), topics)).open(storeUri)) {
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
    return run(
        new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true),
        arguments.toArray(String[]::new));
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
