package io.streamdistill.teacher;

import io.streamdistill.kafka.BoundedValues;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.teacher.topology.Flow;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The consumer of a stream thread. It uses no offset on a log that it was not committed for, polls
 * nothing while the teacher holds, and no more than fits into memory.
 */
final class GuardedConsumer extends KafkaConsumer<byte[], byte[]> {

  private final Flow flow;
  private final TransferLog transferLog;
  private final Progress progress;
  private final BoundedValues values;
  private boolean rebalanced; // since the last poll began
  private @Nullable RuntimeException failure; // of a look, within the last poll

  GuardedConsumer(
      Map<String, Object> config, Flow flow, TransferLog transferLog, Progress progress) {
    this(config, flow, transferLog, progress, new BoundedValues());
  }

  private GuardedConsumer(
      Map<String, Object> config,
      Flow flow,
      TransferLog transferLog,
      Progress progress,
      BoundedValues values) {
    super(config, values.keys(), values.values());
    this.flow = flow;
    this.transferLog = transferLog;
    this.progress = progress;
    this.values = values;
  }

  @Override
  public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
    super.subscribe(topics, new Listening(listener));
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    transferLog.requireFresh();
    rebalanced = false;
    failure = null;
    boolean pausing = flow.gate().isHolding() || flow.inFlight().isFull();
    ConsumerRecords<byte[], byte[]> records = pausing ? pollPaused(timeout) : pollGuarded(timeout);
    RuntimeException found = failure;
    if (found != null) { // nothing of this poll counts; the thread begins anew
      throw found;
    }
    count(records);
    progress.polled(this);
    return records;
  }

  /** Keeps the membership alive. */
  private ConsumerRecords<byte[], byte[]> pollPaused(Duration timeout) {
    Set<TopicPartition> paused = new HashSet<>(assignment());
    paused.removeAll(paused());
    pause(paused);
    try {
      return pollGuarded(timeout);
    } finally {
      if (!rebalanced) { // else Kafka Streams has paused all of them, and resumes them itself
        resume(paused);
      }
    }
  }

  private ConsumerRecords<byte[], byte[]> pollGuarded(Duration timeout) {
    values.begin(flow.inFlight().room());
    try {
      return super.poll(timeout);
    } catch (OffsetOutOfRangeException e) { // Kafka Streams would skip, and say nothing
      Map<TopicPartition, Long> positions = e.offsetOutOfRangePartitions();
      Map<TopicPartition, Long> next = new HashMap<>(positions);
      if (e instanceof LogTruncationException truncated) {
        truncated.divergentOffsets().forEach((where, last) -> next.put(where, last.offset()));
      }
      next.putAll(transferLog.outOfRange(positions));
      next.forEach(this::seek);
      return ConsumerRecords.empty();
    }
  }

  private void count(ConsumerRecords<byte[], byte[]> records) {
    for (TopicPartition partition : records.partitions()) {
      long bytes = 0;
      for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
        bytes += BoundedValues.bytes(record.serializedKeySize(), record.serializedValueSize());
      }
      flow.inFlight().add(partition, bytes);
    }
  }

  /** What Kafka Streams wrote there itself; nothing of another log. */
  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> plain = new HashMap<>(super.committed(partitions));
    plain.replaceAll(
        (partition, offset) -> offset == null ? null : transferLog.plain(offset).orElse(null));
    return plain;
  }

  /** A failure is kept: thrown by a listener, the consumer would print it, and wrap it. */
  private void look(Collection<TopicPartition> partitions) {
    try {
      Map<TopicPartition, OffsetAndMetadata> committed =
          new HashMap<>(super.committed(new HashSet<>(partitions)));
      committed.values().removeIf(Objects::isNull);
      transferLog.assigned(partitions, committed).forEach(this::seek);
    } catch (KafkaException | LostRecordsException e) {
      failure = e;
    }
  }

  /** What is polled and not processed is polled again by whoever has the partition next. */
  private void forget(Collection<TopicPartition> partitions) {
    rebalanced = true;
    partitions.forEach(flow.inFlight()::forget);
    progress.forget(partitions);
  }

  /** Looks before Kafka Streams gets to know. */
  private final class Listening implements ConsumerRebalanceListener {

    private final ConsumerRebalanceListener streams;

    Listening(ConsumerRebalanceListener streams) {
      this.streams = streams;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      forget(partitions);
      if (!partitions.isEmpty()) {
        look(partitions);
      }
      streams.onPartitionsAssigned(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      streams.onPartitionsRevoked(partitions);
      forget(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      streams.onPartitionsLost(partitions);
      forget(partitions);
    }
  }

  @Override
  public void close() {
    forget(assignment());
    super.close();
  }
}
