package io.streamdistill.teacher.topology;

import io.streamdistill.records.Example;
import io.streamdistill.records.Target;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.teacher.engine.TeacherUnavailableException;
import io.streamdistill.teacher.topology.Refusals.Form;
import io.streamdistill.teacher.topology.Refusals.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Gathers fit records into batches, scores them, and forwards soft targets and dead letters.
 *
 * <p>Records that wait lie in memory only: for their batch to fill, for a commit that must come
 * before it, for a {@linkplain TeacherOutage teacher that is away}, or for the {@link StartGate}.
 * Their offsets are not committed meanwhile ({@link WaitingOffsets}), and nothing of a later record
 * is forwarded before them, dead letters included: what is committed is exactly what was forwarded.
 */
final class ScoringProcessor
    implements Processor<byte[], byte[], byte[], Outgoing>, MicroBatch.Receiver {

  /** A value that is so many times too large is no sign that the limit is. */
  private static final long MEANT = 4;

  /** Most characters of an id in the log. */
  private static final int LOGGED_ID = 100;

  private final Scoring scoring;
  private final ScoringMeters meters;
  private final Flow flow;
  private final String transferSet;
  private final Clock clock;
  private final RecordJudge judge;
  private final MicroBatch batch;
  private final Deadline deadline;
  private final Deque<TransferRecord> held = new ArrayDeque<>(); // after those of the batch

  // Set by init.
  @SuppressWarnings("NullAway.Init")
  private ProcessorContext<byte[], Outgoing> context;

  @SuppressWarnings("NullAway.Init")
  private Outbox outbox;

  @SuppressWarnings("NullAway.Init")
  private TopicPartition source;

  ScoringProcessor(
      Scoring scoring, ScoringMeters meters, Flow flow, String transferSet, Clock clock) {
    this.scoring = scoring;
    this.meters = meters;
    this.flow = flow;
    this.transferSet = transferSet;
    this.clock = clock;
    this.judge = new RecordJudge(scoring);
    this.batch = new MicroBatch(scoring, clock);
    this.deadline = new Deadline(scoring.batching().linger());
  }

  @Override
  public void init(ProcessorContext<byte[], Outgoing> context) {
    this.context = context;
    source = new TopicPartition(transferSet, context.taskId().partition());
    outbox = new Outbox(context, source, scoring.limits(), meters, flow.refusals(), clock);
    // What an earlier life of the task left waiting is read again.
    flow.waiting().release(source);
    context.schedule(scoring.tick(), PunctuationType.WALL_CLOCK_TIME, this::goOn);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    long offset = context.recordMetadata().map(RecordMetadata::offset).orElse(-1L);
    TransferRecord came =
        new TransferRecord(
            record.key(), record.value(), record.headers(), record.timestamp(), offset);
    if (!flow.gate().isOpen() && came.valueBytes() <= MEANT * scoring.limits().maxRecordBytes()) {
      flow.gate().judged(judge.judge(source, came));
    }
    if (held.isEmpty() && mayGoOn()) {
      take(came);
    } else {
      hold(came);
    }
  }

  /** A batch that is still full waits for a commit, or for the teacher. */
  private boolean mayGoOn() {
    return !batch.isFull()
        && !outbox.isFull(scoring.batching().size())
        && (flow.gate().isOpen() || flow.gate().letsThrough());
  }

  private void hold(TransferRecord record) {
    if (held.isEmpty() && batch.size() == 0) {
      flow.waiting().hold(source, record.offset());
    }
    held.add(record);
    meters.pending(1);
  }

  private void take(TransferRecord record) {
    Optional<Refusal> refusal = flow.refusals().of(source, record.offset());
    if (refusal.isPresent()) {
      reject(record, refusal.get().why(), refusal.get().next());
      return;
    }
    Verdict<Example> verdict = judge.judge(source, record);
    if (verdict instanceof Accepted<Example> accepted) {
      await(record, accepted.value());
    } else if (verdict instanceof Rejected<Example> rejected) {
      reject(record, rejected, Form.LETTER);
    }
  }

  private void reject(TransferRecord record, Rejected<?> why, Form form) {
    meters.rejected(why, "Record at " + place(record));
    flow.inFlight().remove(source, record.inFlightBytes());
    outbox.letter(record, why, form);
    if (batch.size() == 0) {
      outbox.sendLetters();
    } else if (outbox.isFull(scoring.batching().size())) { // enough of them in memory
      scoreUnlessLate();
    }
  }

  private String place(TransferRecord record) {
    return "%s, offset %d".formatted(source, record.offset());
  }

  private void await(TransferRecord record, Example example) {
    if (batch.size() == 0) {
      flow.waiting().hold(source, record.offset());
      deadline.begin(context.currentSystemTimeMs());
    }
    deadline.add(record.timestamp());
    batch.add(record, example);
    meters.pending(1);
    if (batch.isFull() || flow.inFlight().isFull()) {
      scoreUnlessLate();
    }
  }

  /** Scores a batch that would be overdue at the next look, and goes on with what is held. */
  private void goOn(long now) {
    if (batch.size() > 0
        && (batch.isFull()
            || outbox.isFull(scoring.batching().size())
            || flow.inFlight().isFull()
            || now + scoring.tick().toMillis() > deadline.due(ahead()))) {
      scoreUnlessLate();
    }
    while (!held.isEmpty() && mayGoOn()) {
      TransferRecord next = held.remove();
      meters.pending(-1);
      take(next);
    }
    keepOffset();
  }

  /** What scoring everything that waits will take, ms, since this batch may be the last of it. */
  private long ahead() {
    return Math.round(meters.pending() * flow.pace().millisPerRecord());
  }

  private void scoreUnlessLate() {
    if (flow.pace().mustCommit()) {
      context.commit(); // it comes before the next look
    } else if (flow.outage().mayAsk()) {
      try {
        score();
      } catch (TeacherUnavailableException e) { // the batch waits, and is due at every look
        flow.outage().met(e);
      }
    }
  }

  private void score() {
    int size = batch.size();
    long start = System.nanoTime();
    int answered = batch.score();
    flow.outage().over();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    meters.batch(size, answered, took);
    batch.drainTo(this);
    outbox.sendLetters();
    keepOffset();
    meters.pending(-size);
  }

  /** Holds the offset of the oldest record that waits. */
  private void keepOffset() {
    if (batch.size() == 0) {
      TransferRecord first = held.peek();
      if (first == null) {
        flow.waiting().release(source);
      } else {
        flow.waiting().hold(source, first.offset());
      }
    }
  }

  @Override
  public void scored(TransferRecord record, Target softTarget, double[] logProbabilities) {
    flow.inFlight().remove(source, record.inFlightBytes());
    outbox.softTarget(record, softTarget);
    Integer label = softTarget.example().label();
    if (label != null) {
      meters.labelled(label, logProbabilities);
    }
  }

  @Override
  public void refused(TransferRecord record, Example example, String problem) {
    Rejected<Example> why = new Rejected<>(Reason.BAD_ANSWER, problem);
    meters.rejected(why, "Example '%s' at %s".formatted(shortened(example.id()), place(record)));
    flow.inFlight().remove(source, record.inFlightBytes());
    flow.refusals().noAnswer(source, record.offset(), why);
    outbox.letter(record, why, Form.LETTER);
  }

  private static String shortened(String id) {
    return id.length() <= LOGGED_ID ? id : id.substring(0, LOGGED_ID) + "...";
  }

  /** Forgets what waits; its offset stays held, since a commit can follow. */
  @Override
  public void close() {
    meters.pending(-batch.size() - held.size());
    batch.clear();
    held.clear();
    outbox.clear();
    flow.inFlight().forget(source);
  }
}
