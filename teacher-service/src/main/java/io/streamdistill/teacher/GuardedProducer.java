package io.streamdistill.teacher;

import io.streamdistill.teacher.topology.Flow;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The producer of a stream thread. Its transactions commit no record that waits, and nothing when
 * the topics are other ones; it notices whose records are refused.
 */
final class GuardedProducer extends KafkaProducer<byte[], byte[]> {

  private final Flow flow;
  private final TransferLog transferLog;
  private final Progress progress;
  private final Consumer<GuardedProducer> closed;
  private Map<TopicPartition, OffsetAndMetadata> committing = Map.of();

  GuardedProducer(
      Map<String, Object> config,
      Flow flow,
      TransferLog transferLog,
      Progress progress,
      Consumer<GuardedProducer> closed) {
    super(config, new ByteArraySerializer(), new ByteArraySerializer());
    this.flow = flow;
    this.transferLog = transferLog;
    this.progress = progress;
    this.closed = closed;
  }

  @Override
  public void beginTransaction() {
    super.beginTransaction();
    flow.pace().began();
  }

  @Override
  public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
    return super.send(record, flow.refusals().noticing(callback));
  }

  @Override
  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    transferLog.requireSame();
    committing = transferLog.stamped(flow.waiting().bound(offsets));
    super.sendOffsetsToTransaction(committing, group);
  }

  @Override
  public void commitTransaction() {
    super.commitTransaction();
    flow.pace().ended();
    committing.forEach((source, next) -> flow.refusals().committed(source, next.offset()));
    progress.committed();
    transferLog.committed(committing);
    committing = Map.of();
  }

  @Override
  public void abortTransaction() {
    flow.pace().ended();
    committing = Map.of();
    super.abortTransaction();
  }

  /** From any thread: whoever waits for an answer gets a failure, and nothing is sent any more. */
  void giveUp() {
    super.close(Duration.ZERO);
  }

  @Override
  public void close(Duration timeout) {
    closed.accept(this);
    super.close(timeout);
  }
}
