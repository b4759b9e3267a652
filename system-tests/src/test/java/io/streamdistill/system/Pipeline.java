package io.streamdistill.system;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.BrokerProcess;
import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.cli.process.JvmFlags;
import io.streamdistill.cli.process.Launch;
import io.streamdistill.config.ByteSize;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.TopicsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A broker and services, each a process of its own. Everything is stopped in the end; when a test
 * fails, the tail of every log is printed. Logs and data stay in {@code target/system/<test>}.
 */
final class Pipeline implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

  static final int PARTITIONS = 3;

  private static final int TAIL_LINES = 40;
  private static final ByteSize HEAP = new ByteSize(256 << 20);

  private final List<DistillProcess> services = new ArrayList<>();
  private Path directory = Path.of("");
  private @Nullable BrokerProcess broker;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    directory = Path.of("target", "system", context.getRequiredTestClass().getSimpleName());
    deleteTree(directory);
    Files.createDirectories(directory);
    broker = BrokerProcess.start(BrokerConfig.in(path("broker")), path("broker.log"));
  }

  /** Stops the broker: by SIGKILL, or in an orderly way. */
  void stopBroker(boolean kill) {
    if (kill) {
      Objects.requireNonNull(broker).kill();
    } else {
      Objects.requireNonNull(broker).close();
    }
  }

  /** Starts the broker again, with its data and where it was. */
  void startBroker() {
    broker = BrokerProcess.start(BrokerConfig.in(path("broker")), path("broker.log"));
  }

  /** A path among the files of this test class. */
  Path path(String name) {
    return directory.resolve(name).toAbsolutePath();
  }

  /** What clients set as {@code bootstrap.servers}. */
  String servers() {
    return Objects.requireNonNull(broker).bootstrapServers();
  }

  /** Settings for the clients of the tests themselves. */
  KafkaSettings kafka() {
    return KafkaSettings.of(servers());
  }

  /** Creates topics whose names start with {@code prefix}. */
  TopicsConfig createTopics(String prefix) {
    TopicsConfig topics = topics(prefix);
    Topics.create(kafka(), TopicSpec.all(topics, 1 << 20));
    return topics;
  }

  /** Names that start with {@code prefix}; creates nothing. */
  static TopicsConfig topics(String prefix) {
    return TopicsConfig.named(name -> prefix + "-" + name, PARTITIONS, (short) -1);
  }

  /** Writes a file for {@code --config}: small, with short time-outs, for {@link TransferSet}. */
  Path config(TopicsConfig topics, Path model) throws IOException {
    String yaml =
        """
        kafka:
          bootstrap.servers: %s
          # Recovery takes the longer of the two.
          consumer.session.timeout.ms: 6000
          producer.transaction.timeout.ms: 5000
        topics:
          transfer-set: %s
          soft-targets: %s
          labels: %s
          dead-letters: %s
          checkpoints: %s
          checkpoint-files: %s
          checkpoint-events: %s
          partitions: %d
        features: {type: f32, shape: [%d]}
        classes: {count: %d}
        teacher:
          application-id: %s
          members: [{model: "%s"}]
          batch-size: 64
          linger: 50ms
          engine-threads: 1
          commit-interval: 500ms
          max-record-bytes: %d
          http: {port: 0}
        student:
          name: student
          network: {hidden: [64]}
          features: {examples: 500}   # of a log that grows, another trainer measures others
          batch-size: 32
          threads: 1
          gate: {hold-out-share: 0}   # every soft target counts
          log:
          checkpoint:
            every: 1s
            work-dir: "%s"
          http: {port: 0}
        """
            .formatted(
                servers(),
                topics.transferSet(),
                topics.softTargets(),
                topics.labels(),
                topics.deadLetters(),
                topics.checkpoints(),
                topics.checkpointFiles(),
                topics.checkpointEvents(),
                topics.partitions(),
                TransferSet.FEATURES,
                TransferSet.CLASSES,
                topics.transferSet(),
                model,
                TransferSet.MAX_RECORD_BYTES,
                path("work-" + topics.softTargets()));
    return Files.writeString(path(topics.softTargets() + ".yaml"), yaml);
  }

  /**
   * Starts a service.
   *
   * @param log its log is {@code <log>.log}, to which a restart appends
   * @param arguments of {@code distill}
   */
  DistillProcess start(String log, String... arguments) throws IOException {
    Path scratch = path("tmp-" + log);
    deleteTree(scratch); // who is killed leaves native libraries there
    Files.createDirectories(scratch);
    List<String> flags = new ArrayList<>(JvmFlags.of(HEAP, Runtime.version().feature()));
    flags.add("-XX:TieredStopAtLevel=1"); // starts sooner
    flags.add("-Djava.io.tmpdir=" + scratch);
    return start(Launch.of(path(log + ".log"), arguments).withJvmFlags(flags));
  }

  /** Starts a service as it is launched. */
  DistillProcess start(Launch launch) {
    DistillProcess service = DistillProcess.start(launch);
    services.add(service);
    return service;
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    end(context);
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    end(context);
    if (broker != null) {
      broker.close();
    }
  }

  private void end(ExtensionContext context) throws IOException {
    services.forEach(DistillProcess::kill);
    services.clear();
    if (context.getExecutionException().isPresent()) {
      printTails(context.getDisplayName());
    }
  }

  private void printTails(String test) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path log : files.filter(file -> file.toString().endsWith(".log")).sorted().toList()) {
        List<String> lines = Files.readAllLines(log);
        System.out.printf("---- %s failed; the end of %s%n", test, log);
        lines
            .subList(Math.max(0, lines.size() - TAIL_LINES), lines.size())
            .forEach(System.out::println);
      }
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    if (Files.exists(tree)) {
      try (Stream<Path> walk = Files.walk(tree)) {
        for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
