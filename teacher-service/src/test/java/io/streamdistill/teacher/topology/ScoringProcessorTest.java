package io.streamdistill.teacher.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamdistill.core.kafka.DeadLetter;
import io.streamdistill.schema.TargetEncoding;
import io.streamdistill.teacher.Fixtures;
import io.streamdistill.wire.Codecs;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the topology's test driver cannot show: tasks that find records waiting. */
final class ScoringProcessorTest {

  private static final int BATCH = 4;

  @TempDir private File directory;
  private final SharesTeacher teacher = new SharesTeacher();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final KeyValueStore<Integer, byte[]> pending =
      Stores.keyValueStoreBuilder(
              Stores.inMemoryKeyValueStore(ScoringProcessor.PENDING_STORE),
              Serdes.Integer(),
              Serdes.ByteArray())
          .withLoggingDisabled()
          .build();
  private MockProcessorContext<byte[], Outgoing> context =
      new MockProcessorContext<>(new Properties());

  @BeforeEach
  void openStore() {
    Properties properties = new Properties();
    properties.put("application.id", "processor-test");
    properties.put("bootstrap.servers", "unused:1");
    context = new MockProcessorContext<>(properties, new TaskId(0, 3), directory);
    context.setCurrentSystemTimeMs(0);
    pending.init(context.getStateStoreContext(), pending);
    context.addStateStore(pending);
  }

  private ScoringProcessor open(int maxRecordBytes) {
    Scoring scoring =
        new Scoring(
            Fixtures.CONTRACT,
            Fixtures.CLASSES,
            teacher,
            "v",
            20,
            TargetEncoding.DENSE_F32,
            BATCH,
            Duration.ofMillis(100),
            new RecordLimits(maxRecordBytes, 1 << 20, 1 << 20, 1 << 20, "none"));
    ScoringProcessor processor =
        new ScoringProcessor(scoring, new ScoringMeters(registry), "in", Clock.systemUTC());
    processor.init(context);
    return processor;
  }

  private void leaveWaiting(int count) {
    IntStream.range(0, count).forEach(row -> pending.put(row, record(row).encode()));
  }

  private static TransferRecord record(int i) {
    return new TransferRecord(
        ("k" + i).getBytes(StandardCharsets.UTF_8),
        Fixtures.framed("id" + i, i),
        new RecordHeaders().add("n", new byte[] {(byte) i}),
        1000L * i,
        50 + i);
  }

  private void tick() {
    var punctuator = context.scheduledPunctuators().get(0).getPunctuator();
    punctuator.punctuate(0);
    punctuator.punctuate(1000);
  }

  private List<Record<byte[], Outgoing>> forwarded(String node) {
    return context.forwarded(node).stream()
        .<Record<byte[], Outgoing>>map(
            captured -> {
              Record<? extends byte[], ? extends Outgoing> record = captured.record();
              return new Record<>(
                  record.key(), record.value(), record.timestamp(), record.headers());
            })
        .toList();
  }

  private static String id(Record<byte[], Outgoing> record) {
    byte[] value = record.value().value();
    return value == null ? "none" : Codecs.softTarget().decode(value).getId();
  }

  @Test
  void scoresWhatAnEarlierRunLeftWaiting() {
    leaveWaiting(3);
    open(1000);
    assertThat(registry.get("distill.teacher.pending").gauge().value()).isEqualTo(3);

    tick();

    List<Record<byte[], Outgoing>> out = forwarded(TeacherTopology.SOFT_TARGETS);
    assertThat(out).extracting(ScoringProcessorTest::id).containsExactly("id0", "id1", "id2");
    assertThat(out.get(2).key()).isEqualTo("k2".getBytes(StandardCharsets.UTF_8));
    assertThat(out.get(2).timestamp()).isEqualTo(2000);
    assertThat(out.get(2).headers().lastHeader("n").value()).isEqualTo(new byte[] {2});
    assertThat(out.get(2).value().partition()).isEqualTo(3);
    assertThat(pending.approximateNumEntries()).isZero();
    assertThat(registry.get("distill.teacher.pending").gauge().value()).isZero();
  }

  @Test
  void scoresWhatWasLeftBeforeWhatIsNew() {
    leaveWaiting(3);
    ScoringProcessor processor = open(1000);
    TransferRecord next = record(7);
    context.setRecordMetadata("in", 3, 57);

    processor.process(new Record<>(next.key(), next.value(), next.timestamp(), next.headers()));

    assertThat(forwarded(TeacherTopology.SOFT_TARGETS))
        .extracting(ScoringProcessorTest::id)
        .containsExactly("id0", "id1", "id2", "id7");
    assertThat(pending.approximateNumEntries()).isZero();
  }

  @Test
  void scoresWhatWasLeftWhenBatchesWereLarger() {
    leaveWaiting(2 * BATCH + 1);
    open(1000);

    tick();

    assertThat(teacher.batches).containsExactly(BATCH, BATCH, 1);
    assertThat(forwarded(TeacherTopology.SOFT_TARGETS)).hasSize(2 * BATCH + 1);
    assertThat(pending.approximateNumEntries()).isZero();
  }

  @Test
  void judgesWhatWasLeftByTheLimitsOfToday() {
    leaveWaiting(2);
    open(10);

    tick();

    assertThat(forwarded(TeacherTopology.SOFT_TARGETS)).isEmpty();
    List<Record<byte[], Outgoing>> letters = forwarded(TeacherTopology.DEAD_LETTERS);
    assertThat(letters).hasSize(2);
    assertThat(letters.get(1).headers().lastHeader(DeadLetter.OFFSET).value())
        .isEqualTo("51".getBytes(StandardCharsets.UTF_8));
    assertThat(pending.approximateNumEntries()).isZero();
  }

  @Test
  void keepsARecordInTheStoreUntilItIsScored() {
    ScoringProcessor processor = open(1000);
    context.setRecordMetadata("in", 3, 1);
    TransferRecord record = record(1);

    processor.process(
        new Record<>(record.key(), record.value(), record.timestamp(), record.headers()));

    assertThat(TransferRecord.decode(pending.get(0)))
        .usingRecursiveComparison()
        .isEqualTo(new TransferRecord(record.key(), record.value(), record.headers(), 1000, 1));
    processor.close();
    assertThat(registry.get("distill.teacher.pending").gauge().value()).isZero();
  }
}
