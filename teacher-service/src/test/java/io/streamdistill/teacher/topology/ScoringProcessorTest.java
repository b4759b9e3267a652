package io.streamdistill.teacher.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamdistill.records.target.EncodingChoice;
import io.streamdistill.teacher.Fixtures;
import java.io.File;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may be committed while records wait, which the topology's test driver does not show. */
final class ScoringProcessorTest {

  private static final int BATCH = 4;
  private static final int LINGER_MILLIS = 100;
  private static final TopicPartition SOURCE = new TopicPartition("in", 3);
  private static final byte[] GARBAGE = {1, 2, 3};

  private final SharesTeacher teacher = new SharesTeacher();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Flow flow = Flow.free();
  private final WaitingOffsets waiting = flow.waiting();
  private MockProcessorContext<byte[], Outgoing> context =
      new MockProcessorContext<>(new Properties());
  private ScoringProcessor processor = open();

  @BeforeEach
  void open(@TempDir File directory) {
    Properties properties = new Properties();
    properties.put("application.id", "processor-test");
    properties.put("bootstrap.servers", "unused:1");
    context = new MockProcessorContext<>(properties, new TaskId(0, SOURCE.partition()), directory);
    context.setCurrentSystemTimeMs(0);
    processor.init(context);
  }

  private ScoringProcessor open() {
    Scoring scoring =
        new Scoring(
            Fixtures.TASK,
            Fixtures.READER,
            new Scoring.Model(teacher, "v", 1.0),
            new Scoring.Form(20, EncodingChoice.DENSE_F32),
            new Scoring.Batching(BATCH, Duration.ofMillis(LINGER_MILLIS)),
            new RecordLimits(
                1000,
                new OutputTerms(TopicTerms.of(1 << 20), TopicTerms.of(1 << 20)),
                1 << 20,
                "none"));
    return new ScoringProcessor(
        scoring, new ScoringMeters(registry), flow, SOURCE.topic(), Clock.systemUTC());
  }

  private void process(long offset) {
    process(offset, 0, Fixtures.framed("id" + offset, 1));
  }

  private void process(long offset, long timestamp, byte[] value) {
    context.setRecordMetadata(SOURCE.topic(), SOURCE.partition(), offset);
    processor.process(new Record<>(("k" + offset).getBytes(UTF_8), value, timestamp));
  }

  private void tick(long now) {
    context.setCurrentSystemTimeMs(now);
    context.scheduledPunctuators().get(0).getPunctuator().punctuate(now);
  }

  /** What is committed of the source when Kafka Streams would commit {@code next}. */
  private long committed(long next) {
    OffsetAndMetadata offset =
        waiting.bound(Map.of(SOURCE, new OffsetAndMetadata(next, Optional.of(7), "m"))).get(SOURCE);
    assertThat(Objects.requireNonNull(offset).metadata()).isEqualTo("m");
    assertThat(offset.leaderEpoch()).contains(7);
    return offset.offset();
  }

  private List<String> keys(String node) {
    return context.forwarded(node).stream()
        .map(out -> new String(out.record().key(), UTF_8))
        .toList();
  }

  private double pending() {
    return registry.get("distill.teacher.pending").gauge().value();
  }

  @Test
  void holdsTheOffsetOfTheOldestRecordThatWaits() {
    assertThat(committed(50)).isEqualTo(50);
    process(50);
    process(51);
    process(55);

    assertThat(committed(56)).isEqualTo(50);
    assertThat(committed(50)).isEqualTo(50);
    assertThat(committed(40)).isEqualTo(40);
    assertThat(pending()).isEqualTo(3);

    process(56);

    assertThat(committed(57)).isEqualTo(57);
    assertThat(pending()).isZero();
  }

  @Test
  void leavesOtherPartitionsAlone() {
    process(50);
    TopicPartition other = new TopicPartition("in", 4);
    OffsetAndMetadata offset = new OffsetAndMetadata(90);

    assertThat(waiting.bound(Map.of(other, offset))).containsExactly(Map.entry(other, offset));
  }

  @Test
  void lettersWaitWithTheBatchThatIsBeforeThem() {
    process(50, 0, GARBAGE);
    assertThat(keys(TeacherTopology.DEAD_LETTERS)).containsExactly("k50");
    assertThat(committed(51)).isEqualTo(51);

    process(51);
    process(52, 0, GARBAGE);

    assertThat(keys(TeacherTopology.DEAD_LETTERS)).containsExactly("k50");
    assertThat(committed(53)).isEqualTo(51);

    tick(LINGER_MILLIS);

    assertThat(keys(TeacherTopology.SOFT_TARGETS)).containsExactly("k51");
    assertThat(keys(TeacherTopology.DEAD_LETTERS)).containsExactly("k50", "k52");
    assertThat(committed(53)).isEqualTo(53);
  }

  @Test
  void noMoreLettersWaitThanRecordsFitABatch() {
    process(50);
    for (int i = 1; i <= BATCH; i++) {
      process(50 + i, 0, GARBAGE);
    }

    assertThat(teacher.batches).containsExactly(1);
    assertThat(keys(TeacherTopology.DEAD_LETTERS)).hasSize(BATCH);
    assertThat(committed(55)).isEqualTo(55);
  }

  /** Kafka Streams may close a task before it commits it for the last time. */
  @Test
  void holdsTheOffsetAfterItsEndUntilTheTaskBeginsAgain() {
    process(50);
    processor.close();

    assertThat(committed(51)).isEqualTo(50);
    assertThat(pending()).isZero();

    processor.init(context);

    assertThat(committed(50)).isEqualTo(50);
    assertThat(committed(51)).isEqualTo(51);
    process(50);
    tick(LINGER_MILLIS);
    assertThat(keys(TeacherTopology.SOFT_TARGETS)).containsExactly("k50");
    assertThat(teacher.batches).containsExactly(1);
  }

  @Test
  void countsTheLingerFromTheTimestampOfTheRecord() {
    long now = 1_000_000;
    context.setCurrentSystemTimeMs(now);
    process(50, now - 30, Fixtures.framed("a", 1));

    tick(now + 44);
    assertThat(teacher.batches).isEmpty();
    tick(now + 46);

    assertThat(teacher.batches).containsExactly(1);
  }

  @Test
  void takesTheTimeThatScoringNeedsOffTheLinger() {
    flow.pace().took(1, Duration.ofMillis(40));
    process(50, 0, Fixtures.framed("a", 1));
    tick(LINGER_MILLIS);
    assertThat(teacher.batches).containsExactly(1);
    context.setCurrentSystemTimeMs(1_000);
    process(51, 1_000, Fixtures.framed("b", 1));

    tick(1_024);
    assertThat(teacher.batches).as("half of the linger is left").containsExactly(1);
    tick(1_000 + LINGER_MILLIS - 40);

    assertThat(teacher.batches).containsExactly(1, 1);
  }

  @Test
  void waitsHalfALingerForWhatComesWithOldRecords() {
    long now = 1_000_000;
    context.setCurrentSystemTimeMs(now);
    process(50, now - 60_000, Fixtures.framed("a", 1));

    tick(now + 24);
    assertThat(teacher.batches).isEmpty();
    tick(now + 26);

    assertThat(teacher.batches).containsExactly(1);
  }

  /** Else its transaction would time out while the batch is scored, and all be done again. */
  @Test
  void aSlowBatchWaitsForTheCommitOfWhatWasForwarded() {
    flow.pace().took(1, Duration.ofHours(1));
    flow.pace().began();
    for (int offset = 50; offset < 50 + BATCH + 2; offset++) {
      process(offset);
    }

    assertThat(teacher.batches).isEmpty();
    assertThat(context.committed()).as("asked for").isTrue();
    assertThat(committed(56)).isEqualTo(50);
    assertThat(pending()).isEqualTo(BATCH + 2);

    flow.pace().ended();
    tick(1);

    assertThat(teacher.batches).containsExactly(BATCH);
    assertThat(committed(56)).as("of those behind the batch").isEqualTo(54);
    tick(LINGER_MILLIS + 1);
    assertThat(keys(TeacherTopology.SOFT_TARGETS))
        .containsExactly("k50", "k51", "k52", "k53", "k54", "k55");
    assertThat(committed(56)).isEqualTo(56);
  }

  @Test
  void aTimestampOfTomorrowDoesNotKeepARecord() {
    long now = 1_000_000;
    context.setCurrentSystemTimeMs(now);
    process(50, now + 86_400_000, Fixtures.framed("a", 1));

    tick(now + 76);

    assertThat(teacher.batches).containsExactly(1);
  }
}
