package io.streamdistill.teacher.topology;

import io.streamdistill.kafka.BoundedValues;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;

/**
 * Bytes of the records that were polled and are neither scored nor rejected yet. When they are too
 * many for the heap, nothing is polled and batches do not wait to fill. Thread-safe.
 */
public final class InFlight {

  private final long budget;
  private final Map<TopicPartition, Long> bytes = new ConcurrentHashMap<>();
  private final AtomicLong sum = new AtomicLong();

  /**
   * Creates a count.
   *
   * @param budget bytes, > 0
   */
  public InFlight(long budget) {
    this.budget = budget;
  }

  /** A count that suits the heap of this JVM. */
  public static InFlight ofHeap() {
    return new InFlight(BoundedValues.ofHeap());
  }

  /** Most bytes, but for the last record. */
  public long budget() {
    return budget;
  }

  /** Bytes that are free. */
  public long room() {
    return Math.max(0, budget - sum.get());
  }

  /** Whether nothing more is to be polled. */
  public boolean isFull() {
    return sum.get() >= budget;
  }

  /** Whether everything that was polled is finished. */
  public boolean isEmpty() {
    return sum.get() == 0;
  }

  /** Records of a partition were polled. */
  public void add(TopicPartition partition, long more) {
    bytes.merge(partition, more, Long::sum);
    sum.addAndGet(more);
  }

  /** A record is scored or rejected. */
  void remove(TopicPartition partition, long less) {
    bytes.computeIfPresent(
        partition,
        (any, had) -> {
          long taken = Math.min(had, less);
          sum.addAndGet(-taken);
          return had == taken ? null : had - taken;
        });
  }

  /** Whatever was polled of a partition is forgotten: it will be polled again. */
  public void forget(TopicPartition partition) {
    Long had = bytes.remove(partition);
    if (had != null) {
      sum.addAndGet(-had);
    }
  }
}
