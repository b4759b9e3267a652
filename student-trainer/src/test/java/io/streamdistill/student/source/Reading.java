package io.streamdistill.student.source;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamdistill.engine.RowBatch;
import io.streamdistill.records.Answer;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.Task;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.avro.TargetReader;
import io.streamdistill.records.target.Softmax;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import io.streamdistill.student.gate.GateConfig;
import io.streamdistill.student.gate.HoldOut;
import io.streamdistill.student.schedule.BatchSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a log in memory batch by batch, as a trainer does. */
final class Reading {

  private static final FeatureContract CONTRACT =
      new FeatureContract(FeatureType.F32, List.of(1), 1, 0);
  private static final ClassMap CLASSES = ClassMap.ofCount(2);

  /** More than half a minute of polls; who does not poll does not wait either. */
  private static final int MOST_TRIES = 10_000;

  /** Every row is what {@link #example} was given as its number. */
  record Rows(List<Integer> numbers, Batch batch) {}

  /** Rows of one feature. */
  private static final class Numbers implements RowBatch {
    private final int[] numbers;

    private Numbers(int capacity) {
      numbers = new int[capacity];
    }

    private int of(int row) {
      return numbers[row];
    }

    @Override
    public int capacity() {
      return numbers.length;
    }

    @Override
    public void put(int row, Target target, double[] logProbabilities) {
      ByteBuffer features = target.example().features();
      numbers[row] =
          (int) features.duplicate().order(ByteOrder.LITTLE_ENDIAN).getFloat(features.position());
    }

    @Override
    public void copy(int row, RowBatch from, int fromRow) {
      numbers[row] = ((Numbers) from).of(fromRow);
    }
  }

  final MeterRegistry registry = new SimpleMeterRegistry();
  final HoldOut holdOut;
  private final MemoryLog memory;
  private final SoftTargetLog log;
  private final BatchReader reader;
  private final Numbers numbers;

  Reading(MemoryLog memory, PassConfig config, int batchSize, LogPosition from) {
    this(memory, config, batchSize, from, Selection.ALL, TeacherChoice.ALL, 0);
  }

  Reading(
      MemoryLog memory,
      PassConfig config,
      int batchSize,
      LogPosition from,
      Selection selection,
      TeacherChoice teachers,
      double holdOutShare) {
    this(memory, config, batchSize, from, null, selection, teachers, holdOutShare);
  }

  /** Reads as another reader did, from the same place on. */
  Reading(
      MemoryLog memory,
      PassConfig config,
      int batchSize,
      LogPosition from,
      @Nullable RecordedOrder recorded,
      Selection selection,
      TeacherChoice teachers,
      double holdOutShare) {
    this.memory = memory;
    holdOut =
        new HoldOut(
            new GateConfig(holdOutShare, 2_000, 0, GateConfig.Metric.AUTO, 0, 0), CONTRACT.bytes());
    Consumer<byte[], byte[]> consumer = memory.consumer();
    log =
        new SoftTargetLog(
            new LogSource(
                consumer,
                memory::consumer,
                MemoryLog.TOPIC,
                new LogEnds(
                    consumer, MemoryLog.TOPIC, from.starts().keySet(), config.restAfter(), memory),
                memory.watch(memory.onLostRecords())),
            from,
            recorded,
            config,
            5,
            memory);
    ReadingReport report = new ReadingReport(registry, selection, teachers, memory);
    report.watch(log);
    reader =
        new BatchReader(
            log,
            new TargetReader(new Task(CONTRACT, CLASSES), 1_000),
            new TargetViews(teachers, log.position().teachers(), List.of(holdOut, selection)),
            new BatchLimit(BatchSize.of(batchSize, 1), 0, config.linger()),
            new RejectedBefore(Map.of()),
            report,
            memory);
    numbers = new Numbers(batchSize);
  }

  /** The next batch. */
  Rows next() {
    return Objects.requireNonNull(nextIfAny(), "no batch is complete for half a minute");
  }

  /** The next batch; null when none is complete for half a minute. */
  @Nullable Rows nextIfAny() {
    return nextWithin(Duration.ofSeconds(30));
  }

  /** The next batch; null when none is complete within a time. */
  @Nullable Rows nextWithin(Duration patience) {
    Instant end = memory.instant().plus(patience);
    int tries = 0;
    while (!reader.fill(numbers)) {
      if (memory.instant().isAfter(end) || ++tries > MOST_TRIES) {
        return null;
      }
    }
    Batch batch = reader.close();
    return new Rows(IntStream.range(0, batch.rows()).mapToObj(numbers::of).toList(), batch);
  }

  /** Batches to the end of the passes, or until no more come. */
  List<Rows> all() {
    List<Rows> all = new ArrayList<>();
    for (Rows rows = nextIfAny(); rows != null; rows = nextIfAny()) {
      all.add(rows);
      if (passOver() && !nextPass()) {
        break;
      }
    }
    return all;
  }

  /** The same, read ahead by a thread of its own. */
  BatchPrefetcher prefetched() {
    return new BatchPrefetcher(log, reader, () -> new Numbers(numbers.capacity()));
  }

  /** What is in a batch that was read ahead. */
  static Rows rows(BatchPrefetcher.Prefetched prefetched) {
    Numbers numbers = (Numbers) prefetched.rows();
    return new Rows(
        IntStream.range(0, prefetched.batch().rows()).mapToObj(numbers::of).toList(),
        prefetched.batch());
  }

  boolean passOver() {
    return log.passOver();
  }

  boolean nextPass() {
    return log.nextPass();
  }

  boolean keepsWaiting() {
    return reader.keepsWaiting();
  }

  LogPosition position() {
    return reader.position();
  }

  LogState state() {
    return log.state();
  }

  int visits() {
    return log.visits();
  }

  /** Numbers of the rows, batch after batch. */
  static List<Integer> numbers(List<Rows> batches) {
    return batches.stream().flatMap(rows -> rows.numbers().stream()).toList();
  }

  static byte[] example(int number) {
    return example(number, "teacher-1", null);
  }

  static byte[] example(int number, String teacher, @Nullable Integer label) {
    double[] logits = {1, -1};
    Softmax.logSoftmax(logits, 1);
    return new AvroRecords()
        .encode(
            new Target(
                new Example(
                    "e" + number,
                    ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(number).flip(),
                    FeatureType.F32,
                    label,
                    1,
                    Instant.EPOCH),
                new Answer(
                    TargetCodec.encode(TargetEncoding.DENSE_F32, logits),
                    TargetEncoding.DENSE_F32,
                    1,
                    teacher,
                    CLASSES.hash()),
                Instant.EPOCH));
  }
}
