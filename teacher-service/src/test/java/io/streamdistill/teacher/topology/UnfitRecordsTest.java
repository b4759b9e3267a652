package io.streamdistill.teacher.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.target.EncodingChoice;
import io.streamdistill.teacher.Fixtures;
import io.streamdistill.teacher.topology.Refusals.Form;
import io.streamdistill.testkit.TestRecords;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that the topics, the metrics or the model could not take: one each, among good ones. */
final class UnfitRecordsTest {

  private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final TopicsConfig TOPICS = TopicsConfig.defaults();
  private static final TopicPartition SOURCE = new TopicPartition(TOPICS.transferSet(), 0);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final OutputTerms terms = new OutputTerms(TopicTerms.of(1 << 20), TopicTerms.of(1 << 20));
  private final Flow flow = Flow.free();
  private final TopologyTestDriver driver = start();
  private final TestInputTopic<byte[], byte[]> transferSet =
      driver.createInputTopic(
          TOPICS.transferSet(), new ByteArraySerializer(), new ByteArraySerializer());

  private TopologyTestDriver start() {
    Scoring scoring =
        new Scoring(
            Fixtures.TASK,
            Fixtures.READER,
            new Scoring.Model(new SharesTeacher(), "v", 1.0),
            new Scoring.Form(20, EncodingChoice.DENSE_F32),
            new Scoring.Batching(4, Duration.ofMillis(100)),
            new RecordLimits(10_000, terms, 1 << 20, "lz4"));
    Properties properties = new Properties();
    properties.put("application.id", "unfit");
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    return new TopologyTestDriver(
        TeacherTopology.build(scoring, TOPICS, new ScoringMeters(registry), flow, clock),
        properties,
        NOW);
  }

  @AfterEach
  void close() {
    driver.close();
  }

  private static byte @Nullable [] key(String id) {
    return id.isEmpty() ? null : id.getBytes(UTF_8);
  }

  private void pipe(String key, String id, long timestamp) {
    transferSet.pipeInput(
        new TestRecord<>(key(key), Fixtures.framed(id, 1), null, Instant.ofEpochMilli(timestamp)));
  }

  private void pipeEventAt(String id, Instant eventTime) {
    transferSet.pipeInput(
        key(id),
        new AvroRecords()
            .encode(new Example(id, ByteBuffer.allocate(4), FeatureType.U8, null, 1f, eventTime)),
        NOW);
  }

  private List<TestRecord<byte[], byte[]>> softTargets() {
    driver.advanceWallClockTime(Duration.ofSeconds(1));
    return read(TOPICS.softTargets());
  }

  private List<TestRecord<byte[], byte[]>> deadLetters() {
    driver.advanceWallClockTime(Duration.ofSeconds(1));
    return read(TOPICS.deadLetters());
  }

  private List<TestRecord<byte[], byte[]>> read(String topic) {
    return driver
        .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  private static String header(TestRecord<byte[], byte[]> record, String name) {
    Header header = Objects.requireNonNull(record.headers().lastHeader(name), name);
    return new String(header.value(), UTF_8);
  }

  private static List<String> ids(List<TestRecord<byte[], byte[]>> softTargets) {
    return softTargets.stream()
        .map(record -> TestRecords.target(record.value()).example().id())
        .toList();
  }

  private double count(String name, String... tags) {
    return registry.get(name).tags(tags).counter().count();
  }

  /** A refusal as the producer meets it, when the transaction of that record is sent. */
  private void refuse(long offset, Form form, RuntimeException failure) {
    flow.refusals().sending(SOURCE, offset, form);
    flow.refusals().noticing((metadata, e) -> {}).onCompletion(null, failure);
  }

  @Test
  void aRecordWithoutAKeyIsADeadLetterWhereTheTopicIsCompacted() {
    terms.softTargets(new TopicTerms(1 << 20, true, Long.MAX_VALUE, Long.MAX_VALUE));
    terms.deadLetters(new TopicTerms(1 << 20, true, Long.MAX_VALUE, Long.MAX_VALUE));
    pipe("a", "a", NOW.toEpochMilli());
    pipe("", "b", NOW.toEpochMilli());
    pipe("c", "c", NOW.toEpochMilli());

    assertThat(ids(softTargets())).containsExactly("a", "c");
    TestRecord<byte[], byte[]> letter = deadLetters().get(0);
    assertThat(header(letter, "distill.reason")).isEqualTo("no-key");
    assertThat(letter.key()).as("its topic is compacted, too").isEqualTo(key("transfer-set-0-1"));
  }

  @ParameterizedTest
  @ValueSource(longs = {2 * 3_600_000L, Long.MAX_VALUE / 2})
  void aRecordOfTheFutureIsScoredAndDatedNow(long ahead) {
    terms.softTargets(new TopicTerms(1 << 20, false, Long.MAX_VALUE, HOUR));
    long timestamp = NOW.toEpochMilli() + ahead;
    pipe("a", "a", timestamp);
    pipe("b", "b", NOW.toEpochMilli() + HOUR / 2);

    List<TestRecord<byte[], byte[]>> out = softTargets();

    assertThat(ids(out)).containsExactly("a", "b");
    assertThat(out.get(0).timestamp()).isEqualTo(NOW.toEpochMilli());
    assertThat(header(out.get(0), "distill.timestamp")).isEqualTo(Long.toString(timestamp));
    assertThat(out.get(1).timestamp()).isEqualTo(NOW.toEpochMilli() + HOUR / 2);
    assertThat(out.get(1).headers().lastHeader("distill.timestamp")).isNull();
    assertThat(count("distill.teacher.redated")).isEqualTo(1);
  }

  @Test
  void aRecordOfThePastIsScoredAndDatedNow() {
    terms.softTargets(new TopicTerms(1 << 20, false, HOUR, HOUR));
    pipe("a", "a", 0);

    assertThat(softTargets().get(0).timestamp()).isEqualTo(NOW.toEpochMilli());
  }

  @Test
  void theDeadLetterOfARecordOfTheFutureIsDatedNow() {
    terms.deadLetters(new TopicTerms(1 << 20, false, Long.MAX_VALUE, HOUR));
    long timestamp = NOW.toEpochMilli() + 2 * HOUR;
    transferSet.pipeInput(
        new TestRecord<>(key("a"), new byte[] {1}, null, Instant.ofEpochMilli(timestamp)));

    TestRecord<byte[], byte[]> letter = deadLetters().get(0);

    assertThat(letter.timestamp()).isEqualTo(NOW.toEpochMilli());
    assertThat(header(letter, "distill.timestamp")).isEqualTo(Long.toString(timestamp));
  }

  @Test
  void whatATopicRefusedIsADeadLetterWhenItIsReadAgain() {
    refuse(1, Form.SOFT_TARGET, new InvalidRecordException("no such schema"));
    for (String id : List.of("a", "b", "c")) {
      pipe(id, id, NOW.toEpochMilli());
    }

    assertThat(ids(softTargets())).containsExactly("a", "c");
    TestRecord<byte[], byte[]> letter = deadLetters().get(0);
    assertThat(header(letter, "distill.reason")).isEqualTo("refused-by-topic");
    assertThat(header(letter, "distill.detail")).contains("no such schema");
    assertThat(letter.value()).isEqualTo(Fixtures.framed("b", 1));
  }

  @Test
  void aLetterThatIsRefusedComesWithoutItsContents() {
    refuse(0, Form.LETTER, new InvalidTimestampException("too early"));
    pipe("a", "a", 5);

    TestRecord<byte[], byte[]> letter = deadLetters().get(0);

    assertThat(letter.value()).isNull();
    assertThat(letter.timestamp()).isEqualTo(NOW.toEpochMilli());
    assertThat(header(letter, "__streams.errors.offset")).isEqualTo("0");
  }

  @Test
  void evenTheBarestLetterThatIsRefusedStopsNothing() {
    refuse(0, Form.BARE_LETTER, new InvalidRecordException("never"));
    pipe("a", "a", 5);
    pipe("b", "b", 5);

    assertThat(ids(softTargets())).containsExactly("b");
    assertThat(deadLetters()).isEmpty();
    assertThat(count("distill.teacher.rejected", "reason", "refused-by-topic")).isEqualTo(1);
  }

  /** The broker refuses a batch for one record; what is said of the others names no fault. */
  @Test
  void thoseThatWereSentBesideARefusedOneAreNotRefused() {
    refuse(0, Form.SOFT_TARGET, new KafkaException("it was part of a batch with invalid records"));
    pipe("a", "a", 5);

    assertThat(ids(softTargets())).containsExactly("a");
  }

  @Test
  void refusalsAreForgottenOnceCommitted() {
    refuse(0, Form.SOFT_TARGET, new InvalidRecordException("no"));

    flow.refusals().committed(SOURCE, 1);

    assertThat(flow.refusals().of(SOURCE, 0)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      longs = {Long.MIN_VALUE, -62_000_000_000_000L, 0, 4_102_444_800_000L, Long.MAX_VALUE})
  void eventTimesThatCannotBeMeantAreNoLatency(long eventTime) {
    pipeEventAt("odd", Instant.ofEpochMilli(eventTime));
    pipeEventAt("b", NOW.minusMillis(250));

    assertThat(ids(softTargets())).containsExactly("odd", "b");
    assertThat(count("distill.teacher.event.time.odd")).isEqualTo(1);
    assertThat(registry.get("distill.teacher.latency").timer().count()).isEqualTo(1);
    assertThat(registry.get("distill.teacher.latency").timer().max(TimeUnit.MILLISECONDS))
        .isEqualTo(250);
  }
}
