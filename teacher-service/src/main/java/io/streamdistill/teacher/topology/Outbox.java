package io.streamdistill.teacher.topology;

import io.streamdistill.records.Target;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.teacher.topology.DeadLetters.Letter;
import io.streamdistill.teacher.topology.Refusals.Form;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forwards what records of a partition become. Letters wait until the batch before them is sent.
 */
final class Outbox {

  private static final Logger log = LoggerFactory.getLogger(Outbox.class);

  /** Letters in memory, bytes. */
  private static final long MAX_LETTER_BYTES = 16 << 20;

  private final ProcessorContext<byte[], Outgoing> context;
  private final TopicPartition source;
  private final RecordLimits limits;
  private final ScoringMeters meters;
  private final Refusals refusals;
  private final Clock clock;
  private final DeadLetters deadLetters;
  private final AvroRecords wire = new AvroRecords();
  private final List<Letter> letters = new ArrayList<>();
  private long letterBytes;

  Outbox(
      ProcessorContext<byte[], Outgoing> context,
      TopicPartition source,
      RecordLimits limits,
      ScoringMeters meters,
      Refusals refusals,
      Clock clock) {
    this.context = context;
    this.source = source;
    this.limits = limits;
    this.meters = meters;
    this.refusals = refusals;
    this.clock = clock;
    deadLetters =
        new DeadLetters(context.applicationId(), source.topic(), source.partition(), limits, clock);
  }

  /** Forwards a soft target, dated as its topic wants it. */
  void softTarget(TransferRecord record, Target softTarget) {
    byte[] value;
    try {
      value = wire.encode(softTarget);
    } catch (RuntimeException e) { // one record must not stop the service
      log.warn("The soft target of {}, offset {} cannot be written", source, record.offset(), e);
      letter(
          record,
          new Rejected<>(Reason.BAD_ANSWER, "its soft target cannot be written: " + e),
          Form.LETTER);
      return;
    }
    TransferRecord dated = record.dated(limits.outputs().softTargets(), clock.millis());
    if (dated.timestamp() != record.timestamp()) {
      meters.redated("%s, offset %d".formatted(source, record.offset()), record.timestamp());
    }
    refusals.sending(source, record.offset(), Form.SOFT_TARGET);
    context.forward(
        new Record<>(
            record.key(),
            new Outgoing(source.partition(), value),
            dated.timestamp(),
            dated.headers()),
        TeacherTopology.SOFT_TARGETS);
    meters.latency(softTarget.scoredTime(), softTarget.example().eventTime());
  }

  /** Keeps the letter of a record until {@link #sendLetters}. */
  void letter(TransferRecord record, Rejected<?> why, Form form) {
    if (form == Form.NOTHING) {
      log.error(
          "Record at {}, offset {} is passed over: the topic of dead letters does not even take a"
              + " letter without its contents: {}",
          source,
          record.offset(),
          why.detail());
      return;
    }
    Letter letter =
        form == Form.LETTER ? deadLetters.of(record, why) : deadLetters.bare(record, why);
    letters.add(letter);
    letterBytes += letter.bytes();
  }

  /** Whether as many letters wait as may. */
  boolean isFull(int most) {
    return letters.size() >= most || letterBytes >= MAX_LETTER_BYTES;
  }

  void sendLetters() {
    for (Letter letter : letters) {
      refusals.sending(source, letter.offset(), letter.form());
      context.forward(letter.out(), TeacherTopology.DEAD_LETTERS);
    }
    clear();
  }

  void clear() {
    letters.clear();
    letterBytes = 0;
  }
}
