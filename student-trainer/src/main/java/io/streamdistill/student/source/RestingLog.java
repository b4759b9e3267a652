package io.streamdistill.student.source;

import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says, now and then, what is done with a log that has nothing new. */
final class RestingLog {

  private static final Logger log = LoggerFactory.getLogger(RestingLog.class);

  private final String topic;
  private final PassConfig config;
  private final Rarely rarely;

  RestingLog(String topic, PassConfig config, InstantSource clock) {
    this.topic = topic;
    this.config = config;
    this.rarely = new Rarely(clock);
  }

  /** Whether a partition that is no part of the passes is met for the first time in a while. */
  boolean isNew(int partition) {
    return rarely.isDue("partition " + partition);
  }

  /**
   * Says it.
   *
   * @param taken records of the log
   * @param visits how often each was gone over, at least
   */
  void say(LogState state, long taken, int visits) {
    if (!rarely.isDue(state.label())) {
      return;
    }
    if (taken == 0) {
      log.info("topic {} is empty so far; the student waits for its first record", topic);
    } else if (state == LogState.REVISITING) {
      log.info(
          "topic {} has nothing new after {} records; earlier ones are gone over again, up to {} visits each (student.log.visits), new ones first",
          topic,
          taken,
          config.visits());
    } else {
      log.info(
          "topic {} has nothing new after {} records, each visited {} times; the student waits for new ones",
          topic,
          taken,
          visits);
    }
  }

  /** What the log has to do before a batch that is not full is trained on, in words. */
  String awaited(PartitionMerge merge) {
    Integer awaited = merge.awaited();
    if (awaited != null) {
      return "partition %d of topic %s holds records that Kafka does not deliver"
          .formatted(awaited, topic);
    }
    if (config.bounded()) {
      return "%d of the %d records of a pass were read (student.log.pass-examples)"
          .formatted(merge.taken(), config.passExamples());
    }
    return merge.taken() == 0
        ? "topic %s has no record yet".formatted(topic)
        : "topic %s has given %d records and is not at rest yet".formatted(topic, merge.taken());
  }
}
