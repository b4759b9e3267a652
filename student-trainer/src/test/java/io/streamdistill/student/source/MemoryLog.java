package io.streamdistill.student.source;

import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.kafka.TopicSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A topic in memory, with a clock of its own: who polls and gets nothing has waited for as long as
 * he was ready to.
 */
final class MemoryLog implements InstantSource {

  static final String TOPIC = "soft-targets";

  private final List<List<ConsumerRecord<byte[], byte[]>>> partitions = new ArrayList<>();
  private long[] ends;
  private long[] beginnings;
  private Uuid id = new Uuid(1, 1);
  private final int mostPerPoll;
  private Instant now = Instant.EPOCH;
  private boolean away;
  private int looks;
  private long lostRecords;
  private OnLostRecords onLostRecords = OnLostRecords.STOP;
  private int consumers;

  MemoryLog(int partitions, int mostPerPoll) {
    for (int i = 0; i < partitions; i++) {
      this.partitions.add(new ArrayList<>());
    }
    this.ends = new long[partitions];
    this.beginnings = new long[partitions];
    this.mostPerPoll = mostPerPoll;
  }

  @Override
  public Instant instant() {
    return now;
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  /** Appends a record. */
  void append(int partition, byte[] value) {
    partitions
        .get(partition)
        .add(new ConsumerRecord<>(TOPIC, partition, ends[partition]++, new byte[0], value));
  }

  /** Appends what takes an offset and is no record, such as the marker of a transaction. */
  void appendMarker(int partition) {
    ends[partition]++;
  }

  /** Deletes the oldest records, as retention does. */
  void deleteBefore(int partition, long offset) {
    beginnings[partition] = offset;
  }

  /** Adds an empty partition to the topic. */
  void addPartition() {
    partitions.add(new ArrayList<>());
    ends = Arrays.copyOf(ends, ends.length + 1);
    beginnings = Arrays.copyOf(beginnings, ends.length);
  }

  /** Deletes the topic, and creates it anew. */
  void recreate() {
    id = new Uuid(id.getMostSignificantBits() + 1, 1);
    partitions.forEach(List::clear);
    Arrays.fill(ends, 0);
    Arrays.fill(beginnings, 0);
  }

  /** A watch that looks at this very moment. */
  LogWatch watch(OnLostRecords onLostRecords) {
    return new LogWatch(
        () -> Optional.of(snapshot()),
        this::snapshot,
        onLostRecords,
        lost -> lostRecords += lost.records());
  }

  /** What readers do when records are lost. */
  OnLostRecords onLostRecords() {
    return onLostRecords;
  }

  void setOnLostRecords(OnLostRecords what) {
    onLostRecords = what;
  }

  /** Records that were lost, as far as is known. */
  long lostRecords() {
    return lostRecords;
  }

  private TopicSnapshot snapshot() {
    Map<Integer, Long> first = new HashMap<>();
    Map<Integer, Long> last = new HashMap<>();
    for (int partition = 0; partition < ends.length; partition++) {
      first.put(partition, beginnings[partition]);
      last.put(partition, ends[partition]);
    }
    return new TopicSnapshot(TOPIC, id, first, last, Map.of(), now);
  }

  /** The broker does not say where the log ends. */
  void setAway(boolean isAway) {
    away = isAway;
  }

  /** Next offset of a partition. */
  long end(int partition) {
    return ends[partition];
  }

  /** How often the ends were asked for. */
  int looks() {
    return looks;
  }

  /** Consumers that were made. */
  int consumers() {
    return consumers;
  }

  LogPosition beginning() {
    SortedMap<Integer, Long> starts = new TreeMap<>();
    for (int partition = 0; partition < ends.length; partition++) {
      starts.put(partition, beginnings[partition]);
    }
    return LogPosition.beginning(id.toString(), starts);
  }

  Consumer<byte[], byte[]> consumer() {
    consumers++;
    return new Reader();
  }

  private final class Reader extends MockConsumer<byte[], byte[]> {

    private final Map<TopicPartition, Long> positions = new HashMap<>();

    private Reader() {
      super("none");
    }

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {
      positions.put(partition, offset);
    }

    @Override
    public synchronized long position(TopicPartition partition) {
      return positions.getOrDefault(partition, 0L);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> polled = new HashMap<>();
      Set<TopicPartition> paused = paused();
      for (TopicPartition partition : assignment()) {
        long position = position(partition);
        if (!paused.contains(partition) && position < beginnings[partition.partition()]) {
          throw new OffsetOutOfRangeException(Map.of(partition, position));
        }
      }
      for (TopicPartition partition : assignment()) {
        if (!paused.contains(partition)) {
          List<ConsumerRecord<byte[], byte[]>> found = found(partition);
          if (!found.isEmpty()) {
            polled.put(partition, found);
          }
        }
      }
      if (polled.isEmpty()) {
        pass(timeout);
      }
      return new ConsumerRecords<>(polled, Map.of());
    }

    private List<ConsumerRecord<byte[], byte[]>> found(TopicPartition partition) {
      int p = partition.partition();
      long position = position(partition);
      List<ConsumerRecord<byte[], byte[]>> found =
          partitions.get(p).stream()
              .filter(record -> record.offset() >= position)
              .limit(mostPerPoll)
              .toList();
      boolean more =
          partitions.get(p).stream().filter(record -> record.offset() >= position).count()
              > found.size();
      if (!found.isEmpty() || !more) {
        positions.put(
            partition,
            more ? found.get(found.size() - 1).offset() + 1 : Math.max(position, ends[p]));
      }
      return found;
    }

    @Override
    public synchronized Map<TopicPartition, Long> endOffsets(
        Collection<TopicPartition> asked, Duration timeout) {
      looks++;
      if (away) {
        pass(timeout);
        throw new TimeoutException("the broker is away");
      }
      return asked.stream().collect(Collectors.toMap(p -> p, p -> ends[p.partition()]));
    }

    @Override
    public synchronized Map<TopicPartition, Long> beginningOffsets(
        Collection<TopicPartition> asked) {
      return asked.stream().collect(Collectors.toMap(p -> p, p -> beginnings[p.partition()]));
    }
  }
}
