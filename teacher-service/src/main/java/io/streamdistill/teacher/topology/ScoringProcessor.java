package io.streamdistill.teacher.topology;

import static java.util.Comparator.comparing;

import io.streamdistill.core.target.TargetCodec;
import io.streamdistill.core.transfer.TransferValidator;
import io.streamdistill.core.transfer.Verdict;
import io.streamdistill.core.transfer.Verdict.Accepted;
import io.streamdistill.core.transfer.Verdict.Reason;
import io.streamdistill.core.transfer.Verdict.Rejected;
import io.streamdistill.schema.SoftTarget;
import io.streamdistill.schema.TransferExample;
import io.streamdistill.wire.Codecs;
import io.streamdistill.wire.RecordCodec;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Gathers fit records into batches, scores them, and forwards soft targets and dead letters.
 *
 * <p>Offsets are committed for records that still wait for their batch, so each waits in a store as
 * well: put on arrival, deleted when scored. The store is cached, and only what waits at a commit
 * reaches its changelog; after a crash those records are found there and scored first.
 */
final class ScoringProcessor implements Processor<byte[], byte[], byte[], Outgoing> {

  static final String PENDING_STORE = "pending";

  /** Upper bound of what framing, versions and lengths add to features and id. */
  private static final int SOFT_TARGET_OVERHEAD = 512;

  private final Scoring scoring;
  private final ScoringMeters meters;
  private final String transferSet;
  private final RecordCodec<SoftTarget> softTargets = Codecs.softTarget();
  private final TransferValidator validator;
  private final MicroBatch batch;
  private final List<TransferRecord> restored = new ArrayList<>();
  private final int softTargetGrowth; // bytes that a soft target has more than its example

  // Set by init.
  @SuppressWarnings("NullAway.Init")
  private ProcessorContext<byte[], Outgoing> context;

  @SuppressWarnings("NullAway.Init")
  private KeyValueStore<Integer, byte[]> pending; // row of the batch -> record

  @SuppressWarnings("NullAway.Init")
  private DeadLetters deadLetters;

  private int partition;
  private long oldest; // system time at which the batch got its first record, ms

  ScoringProcessor(Scoring scoring, ScoringMeters meters, String transferSet, Clock clock) {
    this.scoring = scoring;
    this.meters = meters;
    this.transferSet = transferSet;
    this.validator =
        new TransferValidator(
            Codecs.transferExample(),
            scoring.contract(),
            scoring.classMap(),
            scoring.limits().maxRecordBytes());
    this.batch = new MicroBatch(scoring, clock);
    this.softTargetGrowth =
        SOFT_TARGET_OVERHEAD + TargetCodec.bytes(scoring.encoding(), scoring.classMap().count());
  }

  @Override
  public void init(ProcessorContext<byte[], Outgoing> context) {
    this.context = context;
    pending = context.getStateStore(PENDING_STORE);
    partition = context.taskId().partition();
    deadLetters =
        new DeadLetters(context.applicationId(), transferSet, partition, scoring.limits());
    List<KeyValue<Integer, byte[]>> rows = new ArrayList<>();
    try (KeyValueIterator<Integer, byte[]> all = pending.all()) {
      all.forEachRemaining(rows::add);
    }
    rows.sort(comparing(row -> row.key));
    rows.forEach(row -> restored.add(TransferRecord.decode(row.value)));
    meters.pending(restored.size());
    context.schedule(scoring.tick(), PunctuationType.WALL_CLOCK_TIME, this::scoreIfDue);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    takeRestored();
    long offset = context.recordMetadata().map(RecordMetadata::offset).orElse(-1L);
    take(
        new TransferRecord(
            record.key(), record.value(), record.headers(), record.timestamp(), offset));
  }

  /** Judges what an earlier run left waiting again: contract and limits may have changed since. */
  private void takeRestored() {
    if (restored.isEmpty()) {
      return;
    }
    List<TransferRecord> left = List.copyOf(restored);
    restored.clear();
    for (int row = 0; row < left.size(); row++) {
      pending.delete(row);
    }
    meters.pending(-left.size());
    left.forEach(this::take);
  }

  private void take(TransferRecord record) {
    Verdict<TransferExample> verdict = judge(record);
    if (verdict instanceof Accepted<TransferExample> accepted) {
      await(record, accepted.value());
    } else if (verdict instanceof Rejected<TransferExample> rejected) {
      context.forward(deadLetters.of(record, rejected), TeacherTopology.DEAD_LETTERS);
      meters.rejected(rejected.reason());
    }
  }

  private Verdict<TransferExample> judge(TransferRecord record) {
    Verdict<TransferExample> verdict = validator.validate(record.value());
    if (!(verdict instanceof Accepted<TransferExample> accepted)) {
      return verdict;
    }
    // An id that is not UTF-8 grows threefold when it is written again.
    int idGrowth = 3 * accepted.value().getId().length();
    long softTargetBytes = (long) record.bytes() + idGrowth + softTargetGrowth;
    if (softTargetBytes <= scoring.limits().largestSoftTarget()) {
      return verdict;
    }
    return new Rejected<>(
        Reason.TOO_LARGE,
        "its soft target may have %d bytes, the topic takes %d; raise the topic's max.message.bytes"
            .formatted(softTargetBytes, scoring.limits().largestSoftTarget()));
  }

  private void await(TransferRecord record, TransferExample example) {
    if (batch.size() == 0) {
      oldest = context.currentSystemTimeMs();
    }
    pending.put(batch.size(), record.encode());
    batch.add(record, example);
    meters.pending(1);
    if (batch.isFull()) {
      score();
    }
  }

  /** Scores a batch that would be overdue at the next look. */
  private void scoreIfDue(long now) {
    takeRestored();
    long waited = now - oldest + scoring.tick().toMillis();
    if (batch.size() > 0 && waited > scoring.linger().toMillis()) {
      score();
    }
  }

  private void score() {
    int size = batch.size();
    long start = System.nanoTime();
    batch.score();
    meters.batch(size, Duration.ofNanos(System.nanoTime() - start));
    batch.drainTo(this::publish);
    for (int row = 0; row < size; row++) {
      pending.delete(row);
    }
    meters.pending(-size);
  }

  private void publish(TransferRecord record, SoftTarget softTarget) {
    Outgoing out = new Outgoing(partition, softTargets.encode(softTarget));
    context.forward(
        new Record<>(record.key(), out, record.timestamp(), record.headers()),
        TeacherTopology.SOFT_TARGETS);
    meters.latency(
        softTarget.getScoredTime().toEpochMilli() - softTarget.getEventTime().toEpochMilli());
  }

  @Override
  public void close() {
    meters.pending(-batch.size() - restored.size());
  }
}
