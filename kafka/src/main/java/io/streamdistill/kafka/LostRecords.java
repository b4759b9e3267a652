package io.streamdistill.kafka;

/**
 * Records of a partition that were to be read next and can no longer be.
 *
 * @param from offset that was to be read next
 * @param to offset after the last one that is lost; {@link #UNKNOWN} when nobody can tell, since
 *     the log that they were in is gone
 * @param how what became of them
 */
public record LostRecords(String topic, int partition, long from, long to, How how) {

  /** There is nobody to ask. */
  public static final long UNKNOWN = -1;

  /** What became of records. */
  public enum How {
    /** By retention, or by an operator. */
    DELETED("deleted"),
    /** The topic was deleted, and perhaps created anew: its offsets count other records. */
    RECREATED("recreated");

    private final String label;

    How(String label) {
      this.label = label;
    }

    /** Metric tag. */
    public String label() {
      return label;
    }
  }

  /** Those from {@code from} to before {@code to} are no longer kept. */
  public static LostRecords deleted(String topic, int partition, long from, long to) {
    return new LostRecords(topic, partition, from, to, How.DELETED);
  }

  /** Whatever there was from {@code from} on was in another log. */
  public static LostRecords recreated(String topic, int partition, long from) {
    return new LostRecords(topic, partition, from, UNKNOWN, How.RECREATED);
  }

  /** The same, where the end of the log is known as it was when last seen. */
  public LostRecords upTo(long end) {
    return new LostRecords(topic, partition, from, Math.max(from, end), how);
  }

  /** How many, at least: 0 when nobody can tell; an upper bound where offsets have gaps. */
  public long records() {
    return to == UNKNOWN ? 0 : to - from;
  }

  /** One phrase, such as {@code partition 3: 1600 records, offsets 400 to 1999, deleted}. */
  public String text() {
    String what =
        to == UNKNOWN
            ? "whatever was unread from offset %d on".formatted(from)
            : to == from
                ? "nothing that is known of, from offset %d on".formatted(from)
                : "%d records, offsets %d to %d".formatted(to - from, from, to - 1);
    String why =
        how == How.DELETED
            ? "deleted by retention or by hand"
            : "in a log that was deleted; the topic there now, if any, is another";
    return "partition %d: %s, %s".formatted(partition, what, why);
  }
}
