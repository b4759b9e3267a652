package io.streamdistill.teacher.topology;

import io.streamdistill.kafka.TopicSnapshot;

/**
 * What a topic takes.
 *
 * @param maxBytes {@code max.message.bytes}, of compressed records
 * @param keyed whether records need a key, as in a compacted topic
 * @param beforeMillis how far before the broker's clock a timestamp may be, ms
 * @param afterMillis how far after the broker's clock a timestamp may be, ms
 */
public record TopicTerms(int maxBytes, boolean keyed, long beforeMillis, long afterMillis) {

  /** By how much the clocks of teacher and broker may differ, ms, where the terms are not finer. */
  private static final long SKEW_MILLIS = 60_000;

  /** Any timestamp, and records without a key. */
  public static TopicTerms of(int maxBytes) {
    return new TopicTerms(maxBytes, false, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** As the topic was when it was looked at. */
  public static TopicTerms of(TopicSnapshot topic) {
    boolean any = topic.stampsRecords();
    return new TopicTerms(
        topic.maxMessageBytes(),
        topic.compacted(),
        any ? Long.MAX_VALUE : topic.timestampBeforeMaxMillis(),
        any ? Long.MAX_VALUE : topic.timestampAfterMaxMillis());
  }

  /**
   * Whether a record may be dated so.
   *
   * @param timestamp ms since the epoch, >= 0
   * @param now the same
   */
  boolean takes(long timestamp, long now) {
    long after = timestamp - now; // neither is negative
    return after <= less(afterMillis) && -after <= less(beforeMillis);
  }

  private static long less(long millis) {
    return millis - Math.min(SKEW_MILLIS, millis / 4);
  }
}
