package io.streamdistill.student.source;

import io.streamdistill.kafka.LostRecords;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.kafka.TopicSnapshot;
import io.streamdistill.kafka.TopicWatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the topic that a log is read from, while it is read: whether it is still the
 * same one, which partitions it has, and what of it is lost.
 */
public final class LogWatch {

  private static final Logger log = LoggerFactory.getLogger(LogWatch.class);

  private static final String REMEDY =
      "raise retention.ms of the topic, and set student.on-lost-records to continue to go on without them";

  private static final String ANOTHER_LOG =
      "set student.on-lost-records to continue to go on with the weights of the last checkpoint from the beginning of the log that is there now, or train a student of another student.name";

  private final Supplier<Optional<TopicSnapshot>> last;
  private final Supplier<TopicSnapshot> look;
  private final OnLostRecords onLostRecords;
  private final Consumer<LostRecords> counted;

  /** Creates a watch of one topic of those that {@code watch} looks at now and then. */
  public static LogWatch of(
      TopicWatch watch, String topic, OnLostRecords onLostRecords, Consumer<LostRecords> counted) {
    return new LogWatch(() -> watch.last(topic), () -> watch.look(topic), onLostRecords, counted);
  }

  /**
   * Creates a watch of one topic.
   *
   * @param last what was seen last
   * @param look looks now
   * @param counted gets what is lost
   */
  LogWatch(
      Supplier<Optional<TopicSnapshot>> last,
      Supplier<TopicSnapshot> look,
      OnLostRecords onLostRecords,
      Consumer<LostRecords> counted) {
    this.last = last;
    this.look = look;
    this.onLostRecords = onLostRecords;
    this.counted = counted;
  }

  /** What was seen last. */
  Optional<TopicSnapshot> last() {
    return last.get();
  }

  /**
   * Looks whether the topic is still the one that was read from.
   *
   * @param id of the topic that was read from
   * @param next offset to be read next, by partition
   * @throws LostRecordsException when it is not; whatever is configured, nothing that was read of
   *     one log and of another may come together
   * @throws io.streamdistill.kafka.BrokerException when Kafka does not answer
   */
  public void requireSame(String id, Map<Integer, Long> next) {
    requireSame(look.get(), id, next);
  }

  /** As {@link #requireSame(String, Map)}, by what was seen last. */
  void requireSameAsSeen(String id, Map<Integer, Long> next) {
    Optional<TopicSnapshot> seen = last();
    if (seen.isPresent() && !isSame(seen.get(), id)) { // looked at twice, it is no accident
      requireSame(id, next);
    }
  }

  private static boolean isSame(TopicSnapshot found, String id) {
    return found.id().toString().equals(id);
  }

  private void requireSame(TopicSnapshot found, String id, Map<Integer, Long> next) {
    if (isSame(found, id)) {
      return;
    }
    throw recreated(found.lost(next, Uuid.fromString(id)));
  }

  /** What it is when a topic is another one than was read from. */
  public LostRecordsException recreated(List<LostRecords> lost) {
    lost.forEach(counted);
    return new LostRecordsException(lost, ANOTHER_LOG);
  }

  /**
   * Finds out what is lost, and whether to go on.
   *
   * @param next offset to be read next, by partition
   * @return where to go on, by partition, of those that have lost records
   * @throws LostRecordsException when it is configured to stop, or the topic is another one
   */
  SortedMap<Integer, Long> lost(String id, Map<Integer, Long> next) {
    TopicSnapshot found = look.get();
    requireSame(found, id, next);
    List<LostRecords> lost = found.lost(next, Uuid.fromString(id));
    lost.forEach(counted);
    if (!lost.isEmpty() && onLostRecords == OnLostRecords.STOP) {
      throw new LostRecordsException(lost, REMEDY);
    }
    SortedMap<Integer, Long> goOn = new TreeMap<>();
    lost.forEach(
        each -> {
          log.error(
              "{}; the student goes on without them (student.on-lost-records)",
              LostRecordsException.described(List.of(each)));
          goOn.put(each.partition(), found.beginnings().getOrDefault(each.partition(), each.to()));
        });
    return goOn;
  }
}
