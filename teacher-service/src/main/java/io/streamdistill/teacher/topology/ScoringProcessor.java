package io.streamdistill.teacher.topology;

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
final class ScoringProcessor
    implements Processor<byte[], byte[], byte[], Outgoing>, MicroBatch.Receiver {

  /** Upper bound of what framing, versions and lengths add to features and id. */
  private static final int SOFT_TARGET_OVERHEAD = 512;

  /** Most characters of an id in the log. */
  private static final int LOGGED_ID = 100;

  /** Weight of the last batch in what scoring takes of late. */
  private static final double RECENT = 0.2;

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

  private long arrived; // system time at which the batch got its first record, ms
  private long oldest; // least timestamp in the batch, ms
  private double millisPerRecord; // what scoring took of late; 0 before the first batch

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
        SOFT_TARGET_OVERHEAD + scoring.encoding().bytes(scoring.classMap().count());
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
    meters.rejected(why, "Record at %s, offset %d".formatted(source, record.offset()));
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
      arrived = context.currentSystemTimeMs();
      oldest = record.timestamp();
    }
    oldest = Math.min(oldest, record.timestamp());
    batch.add(record, example);
    meters.pending(1);
    if (batch.isFull()) {
      score();
    }
  }

  /** Scores a batch that would be overdue at the next look. */
  private void scoreIfDue(long now) {
    if (batch.size() > 0 && now + scoring.tick().toMillis() > due()) {
      score();
    }
  }

  /**
   * When to score a batch that is not full, ms: a linger after the oldest timestamp, less what
   * scoring everything that waits will take, since this batch may be the last of it. But not before
   * half a linger is over, so that batches still fill when there is a backlog.
   */
  private long due() {
    long linger = scoring.linger().toMillis();
    long ahead = Math.round(meters.pending() * millisPerRecord);
    return Math.min(arrived + linger, Math.max(oldest + linger - ahead, arrived + linger / 2));
  }

  private void score() {
    int size = batch.size();
    long start = System.nanoTime();
    int answered = batch.score();
    long took = System.nanoTime() - start;
    meters.batch(size, answered, Duration.ofNanos(took));
    double millis = took / 1e6 / size;
    millisPerRecord =
        millisPerRecord == 0 ? millis : millisPerRecord + RECENT * (millis - millisPerRecord);
    batch.drainTo(this);
    send(letters);
    waiting.release(source);
    meters.pending(-size);
  }

  @Override
  public void scored(TransferRecord record, SoftTarget softTarget, double[] logProbabilities) {
    Outgoing out = new Outgoing(source.partition(), softTargets.encode(softTarget));
    context.forward(
        new Record<>(record.key(), out, record.timestamp(), record.headers()),
        TeacherTopology.SOFT_TARGETS);
    meters.latency(
        softTarget.getScoredTime().toEpochMilli() - softTarget.getEventTime().toEpochMilli());
    Integer label = softTarget.getLabel();
    if (label != null) {
      meters.labelled(label, logProbabilities);
    }
  }

  @Override
  public void refused(TransferRecord record, TransferExample example, String problem) {
    Rejected<TransferExample> why = new Rejected<>(Reason.BAD_ANSWER, problem);
    meters.rejected(
        why,
        "Example '%s' at %s, offset %d"
            .formatted(shortened(example.getId()), source, record.offset()));
    letters.add(deadLetters.of(record, why));
  }

  private static String shortened(String id) {
    return id.length() <= LOGGED_ID ? id : id.substring(0, LOGGED_ID) + "...";
  }

  /** Forgets what waits; its offset stays held, since a commit can follow. */
  @Override
  public void close() {
    meters.pending(-batch.size());
    batch.clear();
    letters.clear();
  }
}
