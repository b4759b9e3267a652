package io.streamdistill.student.source;

import io.streamdistill.engine.RowBatch;
import io.streamdistill.records.Target;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.records.avro.TargetReader;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Fills batches, in place, with the records that the log gives in its order. A batch of a log that
 * is followed is filled up with earlier records when nothing new has come for a while; no record is
 * in it twice.
 */
public final class BatchReader {

  /** A batch is closed early when it met so many records that are not fit. */
  private static final int MAX_REJECTIONS = 1_000;

  private record Place(int partition, long offset) {}

  private final SoftTargetLog log;
  private final TargetReader reader;
  private final TargetViews views;
  private final BatchLimit limit;
  private final RejectedBefore before;
  private final ReadingReport report;
  private final InstantSource clock;

  private List<ConsumerRecord<byte[], byte[]>> rows = new ArrayList<>();
  private final BitSet newRows = new BitSet();
  private long oldestEventTime = Long.MAX_VALUE;
  private List<Rejection> rejections = new ArrayList<>();
  private final TreeMap<String, Integer> rowsByTeacher = new TreeMap<>();
  private final Set<Place> places = new HashSet<>(); // of the rows, when records may come again
  private Instant waitsSince; // when the first new row of this batch, or of the last one, came

  /**
   * Creates a reader of {@code log}.
   *
   * @param views which targets are trained on
   * @param limit how many rows fill a batch, and how long they are waited for
   * @param before records that went to the dead letters already
   */
  public BatchReader(
      SoftTargetLog log,
      TargetReader reader,
      TargetViews views,
      BatchLimit limit,
      RejectedBefore before,
      ReadingReport report,
      InstantSource clock) {
    this.log = log;
    this.reader = reader;
    this.views = views;
    this.limit = limit;
    this.before = before;
    this.report = report;
    this.clock = clock;
    this.waitsSince = clock.instant();
  }

  /**
   * Goes on filling the present batch, for a fraction of a second at most.
   *
   * @param batch that is filled
   * @return whether the batch is to be closed: it is full, or nothing will complete it
   */
  public boolean fill(RowBatch batch) {
    boolean came = false;
    while (rows.size() < limit.most() && rejections.size() < MAX_REJECTIONS) {
      ConsumerRecord<byte[], byte[]> record = log.next();
      if (record != null) {
        came = true;
        read(record, log.isFirstVisit(), batch);
        continue;
      }
      if (log.passOver()) {
        report.nothingComes();
        return true;
      }
      if (log.turn() == Course.Turn.CLOSE || log.turn() == Course.Turn.NONE) {
        return log.turn() == Course.Turn.CLOSE;
      }
      if (came && newRows.isEmpty()) {
        waitsSince = clock.instant();
      }
      came = false;
      if (!mayTakeEarlier()) {
        report.waits(rows.size(), limit.most(), log);
        return false;
      }
      ConsumerRecord<byte[], byte[]> again = log.earlier();
      if (again == null) {
        if (log.turn() == Course.Turn.AGAIN) {
          return false;
        }
        report.nothingComes();
        return !log.hasEarlier() && (!rows.isEmpty() || !rejections.isEmpty());
      }
      if (places.contains(new Place(again.partition(), again.offset()))) {
        return true;
      }
      log.takeEarlier();
      if (read(again, false, batch)) {
        log.usedEarlier();
      }
    }
    return true;
  }

  private boolean mayTakeEarlier() {
    if (log.turn() != Course.Turn.ANY) {
      return log.turn() == Course.Turn.AGAIN;
    }
    return log.isFollowed()
        && (rows.size() > newRows.cardinality()
            || Duration.between(waitsSince, clock.instant()).compareTo(limit.linger()) >= 0)
        && log.isAllTaken();
  }

  /** Returns whether the record became a row. */
  private boolean read(ConsumerRecord<byte[], byte[]> record, boolean firstVisit, RowBatch batch) {
    Verdict<Target> verdict = reader.read(record.value());
    if (verdict instanceof Accepted<Target> accepted) {
      DecodedTarget decoded =
          new DecodedTarget(record, accepted.value(), reader.logProbabilities(), firstVisit);
      PassedOver why = views.passesOver(decoded);
      if (why != null) {
        report.passedOver(why, firstVisit);
        return false;
      }
      batch.put(rows.size(), decoded.target(), decoded.logProbabilities());
      accept(decoded);
      return true;
    }
    if (verdict instanceof Rejected<Target> rejected && firstVisit) {
      Rejection rejection = new Rejection(record, rejected.reason(), rejected.detail());
      report.rejected(rejection);
      if (!before.contains(record)) {
        rejections.add(rejection);
      }
    }
    return false;
  }

  private void accept(DecodedTarget decoded) {
    ConsumerRecord<byte[], byte[]> record = decoded.record();
    Target target = decoded.target();
    if (decoded.firstVisit()) {
      if (newRows.isEmpty()) {
        waitsSince = clock.instant();
      }
      newRows.set(rows.size());
      oldestEventTime = Math.min(oldestEventTime, target.example().eventTime().toEpochMilli());
    }
    rows.add(record);
    String teacher = target.answer().teacherVersion();
    rowsByTeacher.merge(teacher, 1, Integer::sum);
    report.taken(teacher, rows.size());
    if (log.isFollowed()) {
      places.add(new Place(record.partition(), record.offset()));
    }
  }

  /** Whether new examples, or records that are not fit, wait for a batch that nothing completes. */
  boolean keepsWaiting() {
    return (!newRows.isEmpty() || !rejections.isEmpty()) && !log.isBounded() && log.looksAllTaken();
  }

  /** Closes the present batch, and begins the next. */
  public Batch close() {
    List<ReadingOrder.Entry> order = log.closeBatch(rows.size() == limit.most());
    Batch batch =
        new Batch(rows, newRows, oldestEventTime, rejections, rowsByTeacher, order, position());
    limit.closed(rows.size());
    rows = new ArrayList<>();
    newRows.clear();
    oldestEventTime = Long.MAX_VALUE;
    rejections = new ArrayList<>();
    rowsByTeacher.clear();
    places.clear();
    report.closed();
    views.batchEnds();
    return batch;
  }

  /** Where the log stands, and whom of the teachers the reader has met. */
  public LogPosition position() {
    return log.position().with(views.teachers());
  }
}
