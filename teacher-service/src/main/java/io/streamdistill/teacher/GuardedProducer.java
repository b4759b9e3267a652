package io.streamdistill.teacher;

import io.streamdistill.teacher.topology.Flow;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.InterruptException;
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
  private final Set<Thread> waiting = new HashSet<>();
  private volatile boolean givenUp;
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
    Map<TopicPartition, OffsetAndMetadata> now = committing;
    unlessGivenUp(() -> super.sendOffsetsToTransaction(now, group));
  }

  @Override
  public void commitTransaction() {
    unlessGivenUp(super::commitTransaction);
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
    unlessGivenUp(super::abortTransaction);
  }

  @Override
  public void initTransactions() {
    unlessGivenUp(super::initTransactions);
  }

  @Override
  public void flush() {
    unlessGivenUp(super::flush);
  }

  /** Kafka answers some requests never, such as offsets of a topic that is gone. */
  private void unlessGivenUp(Runnable call) {
    synchronized (waiting) {
      if (givenUp) {
        throw ended();
      }
      waiting.add(Thread.currentThread());
    }
    try {
      call.run();
    } catch (InterruptException e) {
      throw givenUp ? ended() : e;
    } finally {
      synchronized (waiting) {
        waiting.remove(Thread.currentThread());
        if (givenUp) {
          boolean unused = Thread.interrupted(); // or the thread could not leave its group
        }
      }
    }
  }

  private static KafkaException ended() {
    return new DisconnectException("nobody waits for it, since the service ends");
  }

  /** From any thread: whoever waits for an answer gets a failure instead. */
  void giveUp() {
    synchronized (waiting) {
      givenUp = true;
      waiting.forEach(Thread::interrupt);
    }
  }

  @Override
  public void close(Duration timeout) {
    closed.accept(this);
    super.close(givenUp ? Duration.ZERO : timeout);
  }
}
