package io.streamdistill.teacher.topology;

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
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Gathers fit records into batches, scores them, and forwards soft targets and dead letters.
 *
 * <p>Records that wait for their batch lie in memory only. Their offsets are not committed
 * meanwhile ({@link WaitingOffsets}), and nothing of a later record is forwarded before them, dead
 * letters included: what is committed is exactly what was forwarded.
 */
final class ScoringProcessor implements Processor<byte[], byte[], byte[], Outgoing> {

  /** Upper bound of what framing, versions and lengths add to features and id. */
  private static final int SOFT_TARGET_OVERHEAD = 512;

  private final Scoring scoring;
  private final ScoringMeters meters;
  private final WaitingOffsets waiting;
  private final String transferSet;
  private final RecordCodec<SoftTarget> softTargets = Codecs.softTarget();
  private final TransferValidator validator;
  private final MicroBatch batch;
  private final List<Record<byte[], Outgoing>> letters = new ArrayList<>(); // wait like the batch
  private final int softTargetGrowth; // bytes that a soft target has more than its example

  // Set by init.
  @SuppressWarnings("NullAway.Init")
  private ProcessorContext<byte[], Outgoing> context;

  @SuppressWarnings("NullAway.Init")
  private DeadLetters deadLetters;

  @SuppressWarnings("NullAway.Init")
  private TopicPartition source;

  private long since; // system time from which the linger of the batch counts, ms

  ScoringProcessor(
      Scoring scoring,
      ScoringMeters meters,
      WaitingOffsets waiting,
      String transferSet,
      Clock clock) {
    this.scoring = scoring;
    this.meters = meters;
    this.waiting = waiting;
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
    source = new TopicPartition(transferSet, context.taskId().partition());
    deadLetters =
        new DeadLetters(context.applicationId(), transferSet, source.partition(), scoring.limits());
    // What an earlier life of the task left waiting is read again.
    waiting.release(source);
    context.schedule(scoring.tick(), PunctuationType.WALL_CLOCK_TIME, this::scoreIfDue);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    long offset = context.recordMetadata().map(RecordMetadata::offset).orElse(-1L);
    take(
        new TransferRecord(
            record.key(), record.value(), record.headers(), record.timestamp(), offset));
  }

  private void take(TransferRecord record) {
    Verdict<TransferExample> verdict = judge(record);
    if (verdict instanceof Accepted<TransferExample> accepted) {
      await(record, accepted.value());
    } else if (verdict instanceof Rejected<TransferExample> rejected) {
      reject(record, rejected);
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

  private void reject(TransferRecord record, Rejected<TransferExample> why) {
    meters.rejected(why.reason());
    letters.add(deadLetters.of(record, why));
    if (batch.size() == 0) {
      send(letters);
    } else if (letters.size() >= scoring.batchSize()) { // enough of them in memory
      score();
    }
  }

  private void send(List<Record<byte[], Outgoing>> letters) {
    letters.forEach(letter -> context.forward(letter, TeacherTopology.DEAD_LETTERS));
    letters.clear();
  }

  private void await(TransferRecord record, TransferExample example) {
    if (batch.size() == 0) {
      waiting.hold(source, record.offset());
      since = Long.MAX_VALUE;
    }
    since = Math.min(since, lingerStart(record));
    batch.add(record, example);
    meters.pending(1);
    if (batch.isFull()) {
      score();
    }
  }

  /**
   * When the record was made. One that comes late counts as made half a linger before it came, so
   * that batches still fill when there is a backlog.
   */
  private long lingerStart(TransferRecord record) {
    long now = context.currentSystemTimeMs();
    return Math.min(now, Math.max(record.timestamp(), now - scoring.linger().toMillis() / 2));
  }

  /** Scores a batch that would be overdue at the next look. */
  private void scoreIfDue(long now) {
    long waited = now - since + scoring.tick().toMillis();
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
    send(letters);
    waiting.release(source);
    meters.pending(-size);
  }

  private void publish(TransferRecord record, SoftTarget softTarget) {
    Outgoing out = new Outgoing(source.partition(), softTargets.encode(softTarget));
    context.forward(
        new Record<>(record.key(), out, record.timestamp(), record.headers()),
        TeacherTopology.SOFT_TARGETS);
    meters.latency(
        softTarget.getScoredTime().toEpochMilli() - softTarget.getEventTime().toEpochMilli());
  }

  /** Forgets what waits; its offset stays held, since a commit can follow. */
  @Override
  public void close() {
    meters.pending(-batch.size());
    batch.clear();
    letters.clear();
  }
}
