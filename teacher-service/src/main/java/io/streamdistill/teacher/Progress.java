package io.streamdistill.teacher;

import io.streamdistill.kafka.TopicSnapshot;
import io.streamdistill.teacher.topology.Flow;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Whether anything is committed while there is something to do. Thread-safe. */
final class Progress {

  /** How often positions are asked for. */
  private static final long EVERY_MILLIS = 1000;

  private final Clock clock;
  private final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();

  @SuppressWarnings("ThreadLocalUsage") // of a service, which a process has one of
  private final ThreadLocal<Long> asked = ThreadLocal.withInitial(() -> 0L);

  private volatile long commits;
  private volatile long since; // ms, of the last commit, or of the first sign that there is work
  private volatile long unread;

  Progress(Clock clock) {
    this.clock = clock;
    since = clock.millis();
  }

  /** A thread has polled. */
  void polled(Consumer<?, ?> consumer) {
    long now = clock.millis();
    if (now - asked.get() < EVERY_MILLIS) {
      return;
    }
    asked.set(now);
    for (TopicPartition partition : consumer.assignment()) {
      try {
        positions.put(partition, consumer.position(partition, Duration.ZERO));
      } catch (KafkaException e) {
        positions.remove(partition); // not known yet
      }
    }
  }

  void forget(Collection<TopicPartition> partitions) {
    partitions.forEach(positions::remove);
  }

  /** A transaction was committed. */
  synchronized void committed() {
    commits++;
    since = clock.millis();
  }

  /** Transactions committed. */
  long commits() {
    return commits;
  }

  /** The transfer set was looked at. */
  synchronized void seen(TopicSnapshot transferSet, Flow flow) {
    long behind = 0;
    for (Map.Entry<TopicPartition, Long> position : positions.entrySet()) {
      long end = transferSet.ends().getOrDefault(position.getKey().partition(), 0L);
      behind += Math.max(0, end - position.getValue());
    }
    unread = behind;
    if (behind == 0 && flow.inFlight().isEmpty()) {
      since = clock.millis();
    }
  }

  /** What is wrong in one line, when nothing was committed for {@code bound} although it could. */
  Optional<String> problem(Duration bound) {
    long millis = clock.millis() - since;
    return millis < bound.toMillis()
        ? Optional.empty()
        : Optional.of(
            "nothing was committed for %d s, although at least %d records are unread or unfinished: see the log; an open transaction of a producer, or a broker that refuses, can be the cause"
                .formatted(millis / 1000, Math.max(1, unread)));
  }
}
