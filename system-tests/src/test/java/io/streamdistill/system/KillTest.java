package io.streamdistill.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.checkpoints.avro.AnnouncementCodec;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.kafka.DeadLetter;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Example;
import io.streamdistill.records.Target;
import io.streamdistill.system.TransferSet.Input;
import io.streamdistill.testkit.TestRecords;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Examples stream through teacher and trainer while both are killed with {@code kill -9} again and
 * again. Then: nothing is lost, nothing is repeated, and soft targets and weights are bit for bit
 * those of processes that nothing happened to.
 *
 * <p>System properties: {@code kills} of each service, default 5; {@code examples}, default 20000;
 * {@code seed}, by default another one each time. README.md of this module has the command for a
 * long run.
 */
@Tag("system")
final class KillTest {

  private static final int KILLS = Integer.getInteger("kills", 5);
  private static final int EXAMPLES = Integer.getInteger("examples", 20_000);
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  private static final int PASSES = 4;
  private static final int CHECKPOINT_EXAMPLES = Math.max(200, EXAMPLES / 20);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @RegisterExtension static final Pipeline pipeline = new Pipeline();

  private static List<Input> inputs = List.of();
  private static TopicsConfig topics = Pipeline.topics("main");
  private static Path model = Path.of("");
  private static String[] trainerArguments = {};
  private static List<Long> teacherKills = List.of();
  private static List<Long> trainerKills = List.of();
  private static List<Announcement> checkpoints = List.of();

  @BeforeAll
  static void streamWhileServicesAreKilled() throws Exception {
    System.out.printf("kills=%d examples=%d seed=%d%n", KILLS, EXAMPLES, SEED);
    Random random = new Random(SEED);
    inputs = TransferSet.of(EXAMPLES, random);
    topics = pipeline.createTopics("main");
    model = Models.teacher(pipeline.path("teacher.onnx"));
    String config = pipeline.config(topics, model).toString();
    trainerArguments =
        new String[] {
          "trainer",
          "--config=" + config,
          "--set=student.log.passes=" + PASSES,
          "--set=student.log.pass-examples=" + EXAMPLES
        };
    Victim teacher =
        new Victim(
            "teacher",
            () -> pipeline.start("teacher", "teacher", "--config=" + config),
            marks(KILLS, random),
            Duration.ofMillis(1200), // more than a commit interval
            random);
    Victim trainer =
        new Victim(
            "trainer",
            () ->
                pipeline.start(
                    "trainer", with("student.checkpoint.every-examples=" + CHECKPOINT_EXAMPLES)),
            trainerMarks(random),
            Duration.ofMillis(500),
            random);
    stream(teacher, trainer);
    teacher.process().stop();
    assertThat(teacher.process().awaitExit(PATIENCE)).as("SIGTERM").isEqualTo(143);
    teacherKills = teacher.kills();
    trainerKills = trainer.kills();
    System.out.printf("%d teachers and %d trainers%n", teacher.starts(), trainer.starts());
  }

  /** Feeds, watches and kills until everything is scored and the trainer is done. */
  private static void stream(Victim teacher, Victim trainer) throws Exception {
    Instant progressed = Instant.now();
    long before = -1;
    try (Feed feed = new Feed(pipeline.servers(), topics.transferSet(), inputs, lead());
        TopicRecording softTargets =
            TopicRecording.committed(pipeline.servers(), topics.softTargets());
        TopicRecording announced =
            TopicRecording.committed(pipeline.servers(), topics.checkpoints())) {
      long scored = 0;
      long trained = 0;
      while (scored < EXAMPLES || trainer.process().isAlive()) {
        feed.send(Math.min(scored, trained + 3L * lead()));
        scored = softTargets.poll().size();
        checkpoints = announcements(announced.poll());
        trained = checkpoints.isEmpty() ? 0 : last(checkpoints).examplesSeen();
        teacher.observe(scored, feed.fit() > scored);
        trainer.observe(trained, trained < PASSES * scored);
        assertThat(teacher.process().isAlive()).as("teacher runs").isTrue();
        if (scored + trained > before) {
          before = scored + trained;
          progressed = Instant.now();
        }
        assertThat(progressed)
            .as("progress beyond %d scored, %d trained", scored, trained)
            .isAfter(Instant.now().minus(PATIENCE));
      }
      assertThat(trainer.process().awaitExit(PATIENCE)).as("end of the trainer").isZero();
      checkpoints = announcements(announced.toEnd());
    }
  }

  /** Bounds how far the feed is ahead of the teacher, so that there is work left at every kill. */
  private static int lead() {
    return Math.max(200, EXAMPLES / (2 * (KILLS + 1)));
  }

  /** Random places in the stream, one in each of as many parts. */
  private static List<Long> marks(int kills, Random random) {
    double part = (double) EXAMPLES / (kills + 1);
    return LongStream.rangeClosed(1, kills)
        .map(kill -> (long) (part * (kill - 0.5 * random.nextDouble())))
        .boxed()
        .toList();
  }

  /** All but one in the first pass, which the stream paces; one while the log is replayed. */
  private static List<Long> trainerMarks(Random random) {
    List<Long> marks = new ArrayList<>(marks(KILLS - 1, random));
    marks.add((long) (EXAMPLES * (1.1 + 0.5 * random.nextDouble())));
    return marks;
  }

  private static String[] with(String... settings) {
    List<String> arguments = new ArrayList<>(List.of(trainerArguments));
    List.of(settings).forEach(setting -> arguments.add("--set=" + setting));
    return arguments.toArray(String[]::new);
  }

  @Test
  void killsHitServicesAtWork() throws Exception {
    assertThat(teacherKills).hasSize(KILLS).allMatch(scored -> scored < EXAMPLES);
    assertThat(teacherKills).isSorted().doesNotHaveDuplicates();
    assertThat(trainerKills).hasSize(KILLS).allMatch(trained -> trained < (long) PASSES * EXAMPLES);
    assertThat(trainerKills).isSorted().doesNotHaveDuplicates();
    try (TopicRecording all =
        new TopicRecording(
            pipeline.servers(), topics.softTargets(), IsolationLevel.READ_UNCOMMITTED)) {
      int aborted = all.toEnd().size() - EXAMPLES;
      System.out.printf("%d soft targets of killed teachers were rolled back%n", aborted);
      assertThat(aborted).as("soft targets rolled back").isPositive();
    }
  }

  @Test
  void scoresEveryFitExampleOnce() throws Exception {
    var scored = TopicRecording.all(pipeline.servers(), topics.softTargets());

    assertThat(scored.stream().map(KillTest::key))
        .containsExactlyInAnyOrderElementsOf(keys(Input::isFit));
    Map<String, Input> inputByKey = inputByKey();
    for (ConsumerRecord<byte[], byte[]> record : scored) {
      Input input = Objects.requireNonNull(inputByKey.get(key(record)));
      assertIsOf(input, record);
      Example example = TestRecords.example(Objects.requireNonNull(input.value()));
      Target target = TestRecords.target(record.value());
      assertThat(target.example().id()).isEqualTo(example.id());
      assertThat(target.example().features()).isEqualTo(example.features());
      assertThat(target.example().label()).isEqualTo(example.label());
      assertThat(target.example().weight()).isEqualTo(example.weight());
      assertThat(target.example().eventTime()).isEqualTo(example.eventTime());
    }
  }

  @Test
  void deadLettersEverySpoiltRecordOnceByteForByte() throws Exception {
    var letters = TopicRecording.all(pipeline.servers(), topics.deadLetters());

    assertThat(letters.stream().map(KillTest::key))
        .containsExactlyInAnyOrderElementsOf(keys(input -> !input.isFit()));
    Map<String, Input> inputByKey = inputByKey();
    for (ConsumerRecord<byte[], byte[]> letter : letters) {
      Input input = Objects.requireNonNull(inputByKey.get(key(letter)));
      assertIsOf(input, letter);
      assertThat(letter.value()).as("%s", input.flaw()).isEqualTo(input.value());
      assertThat(header(letter, DeadLetter.REASON))
          .as("%s", input.flaw())
          .isEqualTo(Objects.requireNonNull(input.flaw()).reason().label());
      assertThat(header(letter, DeadLetter.TOPIC)).isEqualTo(topics.transferSet());
      assertThat(header(letter, DeadLetter.PARTITION)).isEqualTo("" + input.partition());
    }
  }

  @Test
  void keepsTheOrderOfEachPartition() throws Exception {
    Map<Integer, List<Integer>> byPartition = new HashMap<>();
    for (var record : TopicRecording.all(pipeline.servers(), topics.softTargets())) {
      byPartition
          .computeIfAbsent(record.partition(), partition -> new ArrayList<>())
          .add(Integer.parseInt(key(record)));
    }
    assertThat(byPartition).hasSize(Pipeline.PARTITIONS);
    assertThat(byPartition.values()).allSatisfy(ids -> assertThat(ids).isSorted());
  }

  @Test
  void givesTheSoftTargetsOfAnUndisturbedTeacher() throws Exception {
    TopicsConfig other = Pipeline.topics("other");
    TopicsConfig undisturbed =
        new TopicsConfig(
            topics.transferSet(),
            other.softTargets(),
            other.labels(),
            other.deadLetters(),
            other.checkpoints(),
            other.checkpointFiles(),
            other.checkpointEvents(),
            other.partitions(),
            other.replication());
    pipeline.createTopics("other");
    try (TopicRecording reader =
        TopicRecording.committed(pipeline.servers(), other.softTargets())) {
      pipeline.start(
          "undisturbed-teacher",
          "teacher",
          "--config=" + pipeline.config(undisturbed, model),
          "--set=teacher.application-id=undisturbed");
      Instant deadline = Instant.now().plus(PATIENCE);
      while (reader.poll().size() < EXAMPLES) {
        assertThat(Instant.now()).isBefore(deadline);
      }
      assertThat(targets(TopicRecording.all(pipeline.servers(), topics.softTargets())))
          .isEqualTo(targets(reader.poll()));
    }
  }

  @Test
  void theLogAndTheRecordedOrderGiveTheSameWeights() throws Exception {
    Manifest killed = pull("student");
    assertThat(killed.examplesSeen()).isEqualTo((long) PASSES * EXAMPLES);
    assertThat(killed.source().passesCompleted()).isEqualTo(PASSES);

    String[] arguments = trainerArguments.clone();
    arguments[0] = "rebuild";
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add(pipeline.path("student").toString());
    DistillProcess rebuild = pipeline.start("rebuild", all.toArray(String[]::new));
    assertThat(rebuild.awaitExit(PATIENCE.multipliedBy(2))).isZero();
    assertThat(Files.readString(rebuild.logFile()))
        .contains("took " + "%,d".formatted(killed.step()) + " steps again, from the beginning")
        .contains("numbers are the same, bit for bit");
  }

  @Test
  void everyCheckpointGoesOnFromTheOneBefore() {
    for (int i = 1; i < checkpoints.size(); i++) {
      assertThat(checkpoints.get(i).parent()).isEqualTo(checkpoints.get(i - 1).version());
      assertThat(checkpoints.get(i).examplesSeen())
          .isGreaterThan(checkpoints.get(i - 1).examplesSeen());
    }
    assertThat(checkpoints).hasSizeGreaterThan(EXAMPLES / CHECKPOINT_EXAMPLES);
  }

  private static Manifest pull(String student) {
    return new CheckpointPuller(Cluster.of(pipeline.kafka(), topics))
        .pull(student, pipeline.path(student));
  }

  private static void assertIsOf(Input input, ConsumerRecord<byte[], byte[]> record) {
    assertThat(record.timestamp()).isEqualTo(input.timestamp());
    assertThat(header(record, TransferSet.TRACE)).isEqualTo(input.key());
  }

  /** Everything but the time of scoring, by key. */
  private static Map<String, Target> targets(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream()
        .collect(
            toMap(
                KillTest::key,
                record ->
                    TestRecords.withScoredTime(TestRecords.target(record.value()), Instant.EPOCH)));
  }

  private static List<Announcement> announcements(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream()
        .filter(record -> record.value() != null) // withdrawn
        .map(record -> AnnouncementCodec.decode(record.value()))
        .toList();
  }

  private static Map<String, Input> inputByKey() {
    return inputs.stream().collect(toMap(Input::key, input -> input));
  }

  private static List<String> keys(Predicate<Input> which) {
    return inputs.stream().filter(which).map(Input::key).toList();
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), UTF_8);
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  private static <T> T last(List<T> list) {
    return list.get(list.size() - 1);
  }
}
