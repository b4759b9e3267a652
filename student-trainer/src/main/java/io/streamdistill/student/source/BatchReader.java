package io.streamdistill.student.source;

import io.streamdistill.core.transfer.Verdict;
import io.streamdistill.core.transfer.Verdict.Accepted;
import io.streamdistill.core.transfer.Verdict.Rejected;
import io.streamdistill.schema.SoftTarget;
import io.streamdistill.student.gate.HoldOut;
import io.streamdistill.student.objective.TargetBatch;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Fills batches, in place, with the records that the log gives in its order. */
public final class BatchReader {

  /** A batch is closed early when it met so many records that are not fit. */
  private static final int MAX_REJECTIONS = 1_000;

  private final SoftTargetLog log;
  private final SoftTargetDecoder decoder;
  private final Selection selection;
  private final HoldOut holdOut;

  private List<ConsumerRecord<byte[], byte[]>> rows = new ArrayList<>();
  private int passedOver;
  private long oldestEventTime = Long.MAX_VALUE;
  private List<Rejection> rejections = new ArrayList<>();
  private final TreeSet<String> teacherVersions = new TreeSet<>();

  /**
   * Creates a reader of {@code log}.
   *
   * @param holdOut takes the examples that are not trained on
   */
  public BatchReader(
      SoftTargetLog log, SoftTargetDecoder decoder, Selection selection, HoldOut holdOut) {
    this.log = log;
    this.decoder = decoder;
    this.selection = selection;
    this.holdOut = holdOut;
  }

  /**
   * Goes on filling the present batch, for a fraction of a second at most.
   *
   * @param input (batch, features), row-major
   * @return whether the batch is to be closed: it is full, or the last of its pass
   */
  public boolean fill(FloatBuffer input, TargetBatch targets) {
    while (rows.size() < targets.batchSize() && rejections.size() < MAX_REJECTIONS) {
      ConsumerRecord<byte[], byte[]> record = log.next();
      if (record == null) {
        return log.passOver();
      }
      Verdict<SoftTarget> verdict = decoder.read(record, rows.size(), input, targets);
      if (verdict instanceof Accepted<SoftTarget> accepted) {
        accept(record, accepted.value());
      } else if (verdict instanceof Rejected<SoftTarget> rejected && log.position().pass() == 0) {
        rejections.add(new Rejection(record, rejected.reason(), rejected.detail()));
      }
    }
    return true;
  }

  private void accept(ConsumerRecord<byte[], byte[]> record, SoftTarget target) {
    if (holdOut.takes(target) || (selection == Selection.LABELLED && target.getLabel() == null)) {
      passedOver++;
      return;
    }
    rows.add(record);
    oldestEventTime = Math.min(oldestEventTime, target.getEventTime().toEpochMilli());
    teacherVersions.add(target.getTeacherVersion());
  }

  /** Closes the present batch, and begins the next. */
  public Batch close() {
    Batch batch =
        new Batch(
            rows,
            passedOver,
            oldestEventTime,
            rejections,
            List.copyOf(teacherVersions),
            log.position());
    rows = new ArrayList<>();
    passedOver = 0;
    oldestEventTime = Long.MAX_VALUE;
    rejections = new ArrayList<>();
    teacherVersions.clear();
    return batch;
  }
}
