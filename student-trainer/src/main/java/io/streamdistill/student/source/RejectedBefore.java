package io.streamdistill.student.source;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Which records that are not fit went to the dead letters already, though no checkpoint was
 * published since: those before the offsets that the student's group has committed.
 */
public final class RejectedBefore {

  private final Map<Integer, Long> upTo;

  /**
   * Of a group that has committed so.
   *
   * @param committed offset by partition
   */
  public RejectedBefore(Map<Integer, Long> committed) {
    upTo = Map.copyOf(committed);
  }

  /** Whether the record would be among the dead letters, if it is not fit. */
  public boolean contains(ConsumerRecord<byte[], byte[]> record) {
    return record.offset() < upTo.getOrDefault(record.partition(), 0L);
  }
}
