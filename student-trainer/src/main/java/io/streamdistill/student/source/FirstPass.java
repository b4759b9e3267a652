package io.streamdistill.student.source;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a first pass that has no number of records: it ends when the log rests, and all of it
 * is taken.
 */
final class FirstPass {

  private static final Logger log = LoggerFactory.getLogger(FirstPass.class);

  private final String topic;
  private final PassConfig config;
  private final PartitionMerge merge;
  private final Stretches stretches;
  private final EndOfLog end;
  private final ReadingOrder order;
  private boolean over;

  FirstPass(
      String topic,
      PassConfig config,
      PartitionMerge merge,
      Stretches stretches,
      EndOfLog end,
      ReadingOrder order) {
    this.topic = topic;
    this.config = config;
    this.merge = merge;
    this.stretches = stretches;
    this.end = end;
    this.order = order;
  }

  /** Called while there is nothing to take: looks whether the end is reached. */
  void watch() {
    if (merge.pass() > 0 || config.follows() || merge.taken() == 0 || merge.atHand().count() > 0) {
      return;
    }
    end.lookNowAndThen();
    if (config.bounded() || !end.isReached()) {
      return;
    }
    over = true;
    stretches.begin(end.ends()); // without a record: it says where the pass ends
    order.add(new ReadingOrder.PassEnded());
  }

  /** A recorded order says that the pass ended here. */
  void ended() {
    over = true;
  }

  /** Whether it has ended, and was not closed yet. */
  boolean isOver() {
    return over;
  }

  /** Says where it ended; the next pass begins. */
  void close() {
    log.info(
        "the first pass ends at the end of topic {}, after {} records, at the offsets {}; what comes later is no part of the passes",
        topic,
        merge.taken(),
        merge.ends());
    over = false;
  }
}
