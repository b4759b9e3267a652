package io.streamdistill.teacher.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.EncodingChoice;
import io.streamdistill.teacher.Fixtures;
import io.streamdistill.testkit.TestRecords;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The topology in a test driver, with {@link SharesTeacher} and batches of four. */
abstract class DrivenTopology {

  static final int BATCH = 4;
  static final Duration LINGER = Duration.ofMillis(100);
  static final Instant SCORED = Instant.parse("2026-05-01T10:00:00Z");
  static final TopicsConfig TOPICS = TopicsConfig.defaults();
  static final int ROOM = 1 << 20;

  final SharesTeacher teacher = new SharesTeacher();
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private TopologyTestDriver driver = start(limits(ROOM));
  TestInputTopic<byte[], byte[]> transferSet = input();
  private Instant now = Instant.EPOCH;

  static RecordLimits limits(int softTargetBytes) {
    return new RecordLimits(
        1000, new OutputTerms(TopicTerms.of(softTargetBytes), TopicTerms.of(4096)), ROOM, "lz4");
  }

  Scoring scoring(RecordLimits limits, int batchSize) {
    return new Scoring(
        Fixtures.TASK,
        Fixtures.READER,
        new Scoring.Model(teacher, "version-1", 1.0),
        new Scoring.Form(20, EncodingChoice.DENSE_F32),
        new Scoring.Batching(batchSize, LINGER),
        limits);
  }

  private TopologyTestDriver start(RecordLimits limits) {
    Scoring scoring = scoring(limits, BATCH);
    Clock clock = Clock.fixed(SCORED, ZoneOffset.UTC);
    Properties properties = new Properties();
    properties.put("application.id", "topology-test");
    return new TopologyTestDriver(
        TeacherTopology.build(scoring, TOPICS, new ScoringMeters(registry), Flow.free(), clock),
        properties,
        Instant.EPOCH);
  }

  void restart(RecordLimits limits) {
    driver.close();
    driver = start(limits);
    transferSet = input();
    now = Instant.EPOCH;
  }

  void advance(Duration duration) {
    driver.advanceWallClockTime(duration);
    now = now.plus(duration);
  }

  private TestInputTopic<byte[], byte[]> input() {
    return driver.createInputTopic(
        TOPICS.transferSet(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  TestOutputTopic<byte[], byte[]> output(String topic) {
    return driver.createOutputTopic(
        topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  List<Target> softTargets() {
    return output(TOPICS.softTargets()).readValuesToList().stream()
        .map(TestRecords::target)
        .toList();
  }

  List<TestRecord<byte[], byte[]>> deadLetters() {
    return output(TOPICS.deadLetters()).readRecordsToList();
  }

  static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }

  static String header(Headers headers, String name) {
    Header header = Objects.requireNonNull(headers.lastHeader(name), name);
    return new String(header.value(), UTF_8);
  }

  void pipe(int from, int to) {
    for (int i = from; i < to; i++) {
      transferSet.pipeInput(utf8("k" + i), Fixtures.framed("id" + i, i), now);
    }
  }

  double meter(String name, String... tags) {
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
}
