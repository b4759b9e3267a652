package io.streamdistill.teacher.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Example;
import io.streamdistill.records.Target;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.target.EncodingChoice;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.teacher.Fixtures;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.testkit.TestRecords;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TeacherTopologyTest {

  private static final int BATCH = 4;
  private static final Duration LINGER = Duration.ofMillis(100);
  private static final Instant SCORED = Instant.parse("2026-05-01T10:00:00Z");
  private static final TopicsConfig TOPICS = TopicsConfig.defaults();
  private static final int ROOM = 1 << 20;

  private final SharesTeacher teacher = new SharesTeacher();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private TopologyTestDriver driver = start(limits(ROOM));
  private TestInputTopic<byte[], byte[]> transferSet = input();
  private Instant now = Instant.EPOCH;

  private static RecordLimits limits(int softTargetBytes) {
    return new RecordLimits(
        1000, new OutputTerms(TopicTerms.of(softTargetBytes), TopicTerms.of(4096)), ROOM, "lz4");
  }

  private TopologyTestDriver start(RecordLimits limits) {
    Scoring scoring =
        new Scoring(
            Fixtures.TASK,
            Fixtures.READER,
            new Scoring.Model(teacher, "version-1", 1.0),
            new Scoring.Form(20, EncodingChoice.DENSE_F32),
            new Scoring.Batching(BATCH, LINGER),
            limits);
    Clock clock = Clock.fixed(SCORED, ZoneOffset.UTC);
    Properties properties = new Properties();
    properties.put("application.id", "topology-test");
    return new TopologyTestDriver(
        TeacherTopology.build(scoring, TOPICS, new ScoringMeters(registry), Flow.free(), clock),
        properties,
        Instant.EPOCH);
  }

  private void restart(RecordLimits limits) {
    driver.close();
    driver = start(limits);
    transferSet = input();
    now = Instant.EPOCH;
  }

  private void advance(Duration duration) {
    driver.advanceWallClockTime(duration);
    now = now.plus(duration);
  }

  private TestInputTopic<byte[], byte[]> input() {
    return driver.createInputTopic(
        TOPICS.transferSet(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private TestOutputTopic<byte[], byte[]> output(String topic) {
    return driver.createOutputTopic(
        topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private List<Target> softTargets() {
    return output(TOPICS.softTargets()).readValuesToList().stream()
        .map(TestRecords::target)
        .toList();
  }

  private List<TestRecord<byte[], byte[]>> deadLetters() {
    return output(TOPICS.deadLetters()).readRecordsToList();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }

  private static String header(Headers headers, String name) {
    Header header = Objects.requireNonNull(headers.lastHeader(name), name);
    return new String(header.value(), UTF_8);
  }

  private void pipe(int from, int to) {
    for (int i = from; i < to; i++) {
      transferSet.pipeInput(utf8("k" + i), Fixtures.framed("id" + i, i), now);
    }
  }

  private double meter(String name, String... tags) {
    return registry.get(name).tags(tags).meter().measure().iterator().next().getValue();
  }

  @BeforeEach
  void nothingYet() {
    assertThat(softTargets()).isEmpty();
  }

  @AfterEach
  void close() {
    driver.close();
  }

  @Test
  void scoresAFullBatchAtOnceAndInOrder() {
    pipe(0, BATCH - 1);
    assertThat(softTargets()).isEmpty();
    assertThat(meter("distill.teacher.pending")).isEqualTo(BATCH - 1);

    pipe(BATCH - 1, 2 * BATCH);

    assertThat(softTargets())
        .extracting(target -> target.example().id())
        .containsExactly(ids(0, 8));
    assertThat(teacher.batches).containsExactly(BATCH, BATCH);
    assertThat(meter("distill.teacher.pending")).isZero();
    assertThat(meter("distill.teacher.scored")).isEqualTo(8);
  }

  private static String[] ids(int from, int to) {
    String[] ids = new String[to - from];
    Arrays.setAll(ids, i -> "id" + (from + i));
    return ids;
  }

  @Test
  void scoresAPartialBatchWhenItsFirstRecordHasWaitedLongEnough() {
    advance(LINGER.multipliedBy(10));
    pipe(0, 1);
    advance(LINGER.dividedBy(2));
    pipe(1, 2);
    assertThat(softTargets()).isEmpty();

    advance(LINGER.dividedBy(2));

    assertThat(softTargets())
        .extracting(target -> target.example().id())
        .containsExactly("id0", "id1");
    assertThat(teacher.batches).containsExactly(2);
  }

  /** Whenever it comes, between the moments at which batches are looked at. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 24, 25, 49, 51, 99})
  void noRecordWaitsLongerThanTheLinger(int millisAfterStart) {
    advance(Duration.ofMillis(millisAfterStart));
    pipe(0, 1);
    int waited = 0;
    while (output(TOPICS.softTargets()).isEmpty()) {
      advance(Duration.ofMillis(1));
      waited++;
    }

    assertThat(waited).isBetween(70, 100);
  }

  @Test
  void carriesEverythingOfTheExampleAndOfTheTeacher() {
    Example example = Fixtures.example("an id", 0x01020304, 2);
    transferSet.pipeInput(utf8("k"), new AvroRecords().encode(example));
    advance(LINGER.multipliedBy(2));

    Target target = softTargets().get(0);

    assertThat(target.example().id()).isEqualTo("an id");
    assertThat(target.example().features()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
    assertThat(target.example().type()).isEqualTo(example.type());
    assertThat(target.example().label()).isEqualTo(2);
    assertThat(target.example().weight()).isEqualTo(0.5f);
    assertThat(target.example().eventTime()).isEqualTo(example.eventTime());
    assertThat(target.scoredTime()).isEqualTo(SCORED);
    assertThat(target.answer().temperature()).isEqualTo(20f);
    assertThat(target.answer().teacherVersion()).isEqualTo("version-1");
    assertThat(target.answer().classMapHash()).isEqualTo(Fixtures.CLASSES.hash());
    double[] logProbabilities = new double[3];
    assertThat(
            TargetCodec.decode(
                target.answer().encoding(), target.answer().distribution(), logProbabilities))
        .isTrue();
    assertThat(logProbabilities)
        .containsExactly(
            new double[] {Math.log(2 / 9.0), Math.log(3 / 9.0), Math.log(4 / 9.0)}, within(1e-6));
  }

  @Test
  void keepsKeyTimestampAndHeadersOfEveryRecord() {
    for (int i = 0; i < BATCH; i++) {
      Headers headers = new RecordHeaders().add("n", utf8("h" + i)).add("n", null);
      transferSet.pipeInput(
          new TestRecord<>(
              i == 0 ? null : utf8("k" + i), Fixtures.framed("id" + i, i), headers, 1000L * i));
    }

    List<TestRecord<byte[], byte[]>> out = output(TOPICS.softTargets()).readRecordsToList();

    assertThat(out).hasSize(BATCH);
    for (int i = 0; i < BATCH; i++) {
      assertThat(out.get(i).key()).isEqualTo(i == 0 ? null : utf8("k" + i));
      assertThat(out.get(i).timestamp()).isEqualTo(1000L * i);
      assertThat(out.get(i).headers())
          .isEqualTo(new RecordHeaders().add("n", utf8("h" + i)).add("n", null));
    }
  }

  @Test
  void sendsAnUnfitRecordToTheDeadLettersByteForByte() {
    byte[] garbage = {9, 9, 9};
    Headers headers = new RecordHeaders().add("trace", utf8("t"));
    pipe(0, 1);
    transferSet.pipeInput(new TestRecord<>(utf8("k"), garbage, headers, 77L));

    assertThat(deadLetters()).isEmpty(); // before the batch that is before it
    advance(LINGER);

    TestRecord<byte[], byte[]> letter = deadLetters().get(0);

    assertThat(letter.key()).isEqualTo(utf8("k"));
    assertThat(letter.value()).isEqualTo(garbage);
    assertThat(letter.timestamp()).isEqualTo(77);
    assertThat(header(letter.headers(), "trace")).isEqualTo("t");
    assertThat(header(letter.headers(), "distill.reason")).isEqualTo("bad-framing");
    assertThat(header(letter.headers(), "distill.detail")).contains("3 bytes");
    assertThat(header(letter.headers(), "distill.rejected-by")).isEqualTo("topology-test");
    assertThat(header(letter.headers(), "__streams.errors.topic")).isEqualTo("transfer-set");
    assertThat(header(letter.headers(), "__streams.errors.partition")).isEqualTo("0");
    assertThat(header(letter.headers(), "__streams.errors.offset")).isEqualTo("1");
    assertThat(header(letter.headers(), "__streams.errors.message")).startsWith("bad-framing: ");
    assertThat(letter.headers().lastHeader("distill.omitted")).isNull();
    assertThat(meter("distill.teacher.rejected", "reason", "bad-framing")).isEqualTo(1);
  }

  @Test
  void sendsARecordWithoutAValueToTheDeadLetters() {
    transferSet.pipeInput(new TestRecord<byte[], byte[]>(utf8("k"), null));

    TestRecord<byte[], byte[]> letter = deadLetters().get(0);

    assertThat(letter.value()).isNull();
    assertThat(header(letter.headers(), "distill.reason")).isEqualTo("empty");
  }

  @Test
  void rejectsARecordThatIsLargerThanAllowed() {
    byte[] large = Arrays.copyOf(Fixtures.framed("a", 1), 1001);
    transferSet.pipeInput(utf8("k"), large);

    TestRecord<byte[], byte[]> letter = deadLetters().get(0);

    assertThat(header(letter.headers(), "distill.reason")).isEqualTo("too-large");
    assertThat(letter.value()).isEqualTo(large);
  }

  @Test
  void rejectsARecordWhoseSoftTargetTheTopicWouldRefuse() {
    restart(limits(1000));
    String id = "x".repeat(200);
    transferSet.pipeInput(utf8("k"), Fixtures.framed(id, 1));
    pipe(0, 1);
    Headers headers = new RecordHeaders().add("h", new byte[500]);
    transferSet.pipeInput(new TestRecord<>(utf8("k"), Fixtures.framed("b", 1), headers, 0L));
    advance(LINGER.multipliedBy(2));

    assertThat(softTargets()).extracting(target -> target.example().id()).containsExactly("id0");
    assertThat(deadLetters())
        .hasSize(2)
        .allSatisfy(
            letter ->
                assertThat(header(letter.headers(), "distill.reason")).isEqualTo("too-large"));
  }

  @Test
  void leavesOutOfADeadLetterWhatTheTopicCannotTake() {
    byte[] noise = new byte[8000];
    new Random(3).nextBytes(noise);
    Headers headers = new RecordHeaders().add("trace", utf8("t"));
    transferSet.pipeInput(new TestRecord<>(utf8("compressible"), new byte[8000], headers, 0L));
    transferSet.pipeInput(new TestRecord<>(utf8("large"), noise, headers, 0L));
    transferSet.pipeInput(new TestRecord<>(noise, noise, headers, 0L));

    List<TestRecord<byte[], byte[]>> letters = deadLetters();

    assertThat(letters.get(0).value()).hasSize(8000);
    assertThat(letters.get(0).headers().lastHeader("distill.omitted")).isNull();
    assertThat(letters.get(1).value()).isNull();
    assertThat(letters.get(1).key()).isEqualTo(utf8("large"));
    assertThat(header(letters.get(1).headers(), "distill.omitted"))
        .isEqualTo("value of 8000 bytes");
    assertThat(header(letters.get(1).headers(), "trace")).isEqualTo("t");
    assertThat(letters.get(2).key()).isNull();
    assertThat(header(letters.get(2).headers(), "distill.omitted")).startsWith("key, value");
    assertThat(header(letters.get(2).headers(), "__streams.errors.offset")).isEqualTo("2");
  }

  @Test
  void publishesNothingOfABatchThatTheTeacherFailsOn() {
    pipe(0, BATCH - 1);
    byte[] bad = new AvroRecords().encode(Fixtures.example("culprit", 66 << 24, null));

    assertThatThrownBy(() -> transferSet.pipeInput(utf8("k"), bad))
        .hasRootCauseInstanceOf(TeacherException.class)
        .hasStackTraceContaining("66 is no number (batch of 4 examples at offsets 0 to 3)");

    assertThat(softTargets()).isEmpty();
    assertThat(deadLetters()).isEmpty();
    assertThat(meter("distill.teacher.scored")).isZero();
  }

  @Test
  void sendsTheRowsWithoutAnAnswerToTheDeadLetters() {
    pipe(0, 2);
    byte[] bad = new AvroRecords().encode(Fixtures.example("culprit", 77 << 24, 1));
    transferSet.pipeInput(utf8("k"), bad);
    pipe(3, BATCH);

    assertThat(softTargets())
        .extracting(target -> target.example().id())
        .containsExactly("id0", "id1", "id3");
    TestRecord<byte[], byte[]> letter = deadLetters().get(0);
    assertThat(letter.value()).isEqualTo(bad);
    assertThat(header(letter.headers(), "distill.reason")).isEqualTo("bad-answer");
    assertThat(header(letter.headers(), "distill.detail")).isEqualTo("77 has no answer");
    assertThat(header(letter.headers(), "__streams.errors.offset")).isEqualTo("2");
    assertThat(meter("distill.teacher.scored")).isEqualTo(3);
    assertThat(meter("distill.teacher.rejected", "reason", "bad-answer")).isEqualTo(1);
    assertThat(meter("distill.teacher.pending")).isZero();
    assertThat(meter("distill.teacher.labelled")).isZero();
  }

  @Test
  void measuresTheTeacherWhereRecordsHaveLabels() {
    for (int i = 0; i < BATCH; i++) { // the teacher's class is 2
      Example example = Fixtures.example("id" + i, 0x01020304, i == 0 ? 1 : 2);
      transferSet.pipeInput(utf8("k"), new AvroRecords().encode(example));
    }
    pipe(0, BATCH);

    assertThat(meter("distill.teacher.labelled")).isEqualTo(BATCH);
    assertThat(meter("distill.teacher.correct")).isEqualTo(BATCH - 1);
    assertThat(meter("distill.teacher.accuracy")).isEqualTo((BATCH - 1.0) / BATCH);
    assertThat(meter("distill.teacher.labelled.share")).isEqualTo(0.5);
  }

  @Test
  void losesNoRecordWhateverItsBytes() {
    long seed = 4;
    Random random = new Random(seed);
    byte[] fit = Fixtures.framed("an id", 5);
    int records = 3000;
    for (int i = 0; i < records; i++) {
      byte @Nullable [] value = random.nextInt(3) == 0 ? fit.clone() : mutated(fit, random);
      transferSet.pipeInput(utf8("k" + i), value);
    }
    advance(LINGER.multipliedBy(2));

    List<String> keys = new ArrayList<>();
    output(TOPICS.softTargets())
        .readRecordsToList()
        .forEach(r -> keys.add(new String(r.key(), UTF_8)));
    int scored = keys.size();
    deadLetters().forEach(r -> keys.add(new String(r.key(), UTF_8)));

    assertThat(keys).as("seed %d", seed).hasSize(records).doesNotHaveDuplicates();
    assertThat(scored).isBetween(records / 3 - 200, records - 200);
    double rejected = 0;
    for (Reason reason : Reason.values()) {
      rejected += meter("distill.teacher.rejected", "reason", reason.label());
    }
    assertThat(rejected).isEqualTo(records - scored);
  }

  private static byte @Nullable [] mutated(byte[] fit, Random random) {
    if (random.nextInt(20) == 0) {
      return null;
    }
    byte[] bytes = fit.clone();
    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    return Arrays.copyOf(bytes, random.nextInt(10) == 0 ? random.nextInt(1200) : bytes.length);
  }

  @Test
  void readsLikeTheDesign() {
    assertThat(
            TeacherTopology.build(
                    new Scoring(
                        Fixtures.TASK,
                        Fixtures.READER,
                        new Scoring.Model(teacher, "v", 1.0),
                        new Scoring.Form(1, EncodingChoice.DENSE_F32),
                        new Scoring.Batching(1, LINGER),
                        limits(ROOM)),
                    TOPICS,
                    new ScoringMeters(registry),
                    Flow.free(),
                    Clock.systemUTC())
                .describe()
                .toString())
        .contains(
            "Source: transfer-set (topics: [transfer-set])",
            "Processor: teacher (stores: [])",
            "Sink: soft-targets (topic: soft-targets)",
            "Sink: dead-letters (topic: dead-letters)");
  }
}
