package io.streamdistill.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.testkit.TestRecords;
import io.streamdistill.wire.Codecs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A stream that is never equal: a thousand records to one partition for each to another, while both
 * services and the broker are killed and partitions are added. Every example is scored and trained
 * on once, and the weights can be made again, bit for bit, from the log and the order that the
 * newest checkpoint has.
 *
 * <p>System properties: {@code kills} of each service, default 2, with as many partition additions
 * and broker kills as README.md of this module says; {@code seed}.
 */
@Tag("system")
final class SkewTest {

  private static final int KILLS = Integer.getInteger("kills", 2);
  private static final int ADDITIONS = Math.max(1, KILLS / 16);
  private static final int BROKER_KILLS = Math.max(1, KILLS / 10);
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private static final int PER_SECOND = 200;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @RegisterExtension static final Pipeline pipeline = new Pipeline();

  private enum Fault {
    KILL_TEACHER,
    KILL_TRAINER,
    KILL_BROKER,
    ADD_PARTITION
  }

  private final Random random = new Random(SEED);
  private final TopicsConfig topics = Pipeline.topics("skew");
  private String[] trainerArguments = {};
  private String config = "";
  private int partitions = Pipeline.PARTITIONS;

  @Test
  void everyExampleOnceAndTheWeightsAgain() throws Exception {
    System.out.printf("kills=%d seed=%d%n", KILLS, SEED);
    pipeline.createTopics("skew");
    Path model = Models.teacher(pipeline.path("teacher.onnx"));
    config = "--config=" + pipeline.config(topics, model);
    trainerArguments =
        new String[] {
          "trainer", config, "--set=student.log.visits=1", "--set=student.log.linger=200ms"
        };
    DistillProcess teacher = pipeline.start("teacher", "teacher", config);
    DistillProcess trainer = pipeline.start("trainer", trainerArguments);
    int fed;
    try (SkewedFeed feed =
        new SkewedFeed(pipeline.servers(), topics.transferSet(), partitions, PER_SECOND, random)) {
      for (Fault fault : faults()) {
        long trained = trained();
        await(() -> trained() > trained);
        Thread.sleep(random.nextInt(1_500));
        System.out.printf("%s at %d trained%n", fault, trained());
        switch (fault) {
          case KILL_TEACHER -> {
            teacher.kill();
            teacher = pipeline.start("teacher", "teacher", config);
          }
          case KILL_TRAINER -> {
            trainer.kill();
            trainer = pipeline.start("trainer", trainerArguments);
          }
          case KILL_BROKER -> {
            pipeline.stopBroker(true);
            Thread.sleep(random.nextInt(3_000));
            pipeline.startBroker();
          }
          case ADD_PARTITION -> addPartition(feed);
        }
        assertThat(teacher.isAlive()).as("teacher after %s", fault).isTrue();
        assertThat(trainer.isAlive()).as("trainer after %s", fault).isTrue();
      }
      fed = feed.stop();
    }
    int all = fed;
    await(() -> trained() == all);
    teacher.stop();
    assertThat(teacher.awaitExit(PATIENCE)).as("SIGTERM").isEqualTo(143);
    trainer.stop();
    assertThat(trainer.awaitExit(PATIENCE)).as("SIGTERM").isEqualTo(143);

    assertEveryIdOnce(all);
    assertWeightsCanBeMadeAgain(all);
  }

  private List<Fault> faults() {
    List<Fault> faults = new ArrayList<>();
    faults.addAll(Collections.nCopies(KILLS, Fault.KILL_TEACHER));
    faults.addAll(Collections.nCopies(KILLS, Fault.KILL_TRAINER));
    faults.addAll(Collections.nCopies(BROKER_KILLS, Fault.KILL_BROKER));
    faults.addAll(Collections.nCopies(ADDITIONS, Fault.ADD_PARTITION));
    Collections.shuffle(faults, random);
    return faults;
  }

  /** To the soft targets first: a teacher writes to the partition that it reads from. */
  private void addPartition(SkewedFeed feed) throws Exception {
    partitions++;
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", pipeline.servers()))) {
      for (String topic : List.of(topics.softTargets(), topics.transferSet())) {
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions))).all().get();
      }
    }
    feed.widen(partitions);
  }

  /** Examples in the newest announced checkpoint; 0 while that is not known. */
  private long trained() throws Exception {
    try {
      return TopicRecording.all(pipeline.servers(), topics.checkpoints()).stream()
          .filter(record -> record.value() != null)
          .mapToLong(r -> Codecs.checkpointPublished().decode(r.value()).getExamplesSeen())
          .max()
          .orElse(0);
    } catch (org.apache.kafka.common.KafkaException e) { // the broker is starting
      return 0;
    }
  }

  private void await(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(condition);
  }

  private void assertEveryIdOnce(int fed) throws Exception {
    Map<String, Integer> times = new HashMap<>();
    TopicRecording.all(pipeline.servers(), topics.softTargets())
        .forEach(
            record ->
                times.merge(TestRecords.target(record.value()).example().id(), 1, Integer::sum));
    assertThat(times.values()).as("times that an example was scored").containsOnly(1);
    assertThat(times.keySet())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, fed).mapToObj(Integer::toString).toList());
    assertThat(TopicRecording.all(pipeline.servers(), topics.deadLetters())).isEmpty();
  }

  private void assertWeightsCanBeMadeAgain(int fed) throws Exception {
    Path pulled = pipeline.path("student");
    Manifest manifest =
        new CheckpointPuller(Cluster.of(pipeline.kafka(), topics)).pull("student", pulled);
    assertThat(manifest.examplesSeen()).isEqualTo(fed);
    List<String> arguments = new ArrayList<>(List.of(trainerArguments));
    arguments.set(0, "rebuild");
    arguments.add(pulled.toString());
    DistillProcess rebuild = pipeline.start("rebuild", arguments.toArray(String[]::new));
    assertThat(rebuild.awaitExit(PATIENCE)).isZero();
    assertThat(Files.readString(rebuild.logFile()))
        .contains("from the beginning")
        .contains("numbers are the same, bit for bit");
    System.out.printf(
        "%d examples over %d partitions, %d steps, made again%n", fed, partitions, manifest.step());
  }
}
