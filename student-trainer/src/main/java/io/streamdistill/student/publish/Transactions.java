package io.streamdistill.student.publish;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a student's one writer. A producer that has failed is replaced: after an
 * outage, or a pause longer than the broker remembers its transactional id, it would fail for ever.
 * Which of the two, that or another trainer, has fenced it is for whoever holds the student to say.
 * Belongs to one thread.
 */
public final class Transactions implements AutoCloseable {

  private final Supplier<? extends Producer<byte[], byte[]>> producers;
  private final Runnable requireHeld;
  private @Nullable Producer<byte[], byte[]> producer;

  /**
   * Opens the first producer, which fences an older one and ends what that left open.
   *
   * @param producers opens a transactional producer
   * @param requireHeld throws a {@link FencedException} when another trainer holds the student
   * @throws KafkaException when Kafka does not answer, or refuses
   */
  public Transactions(
      Supplier<? extends Producer<byte[], byte[]>> producers, Runnable requireHeld) {
    this.producers = producers;
    this.requireHeld = requireHeld;
    open();
  }

  /**
   * Makes sure that there is a producer, and that what an earlier one left is committed or aborted.
   *
   * @throws FencedException when another trainer holds the student
   * @return whether there was one that has not failed, so that nothing can be left
   */
  boolean open() {
    if (producer != null) {
      return true;
    }
    requireHeld.run(); // to open one fences whoever has another
    Producer<byte[], byte[]> opened = producers.get();
    try {
      opened.initTransactions();
    } catch (RuntimeException e) {
      opened.close(Duration.ZERO);
      throw e;
    }
    producer = opened;
    return false;
  }

  /**
   * Writes records and offsets, all or nothing.
   *
   * @param group consumer group that the offsets are committed for
   * @throws KafkaException when it is not known to be done; {@link #open} says when that can be
   *     found out
   */
  void commit(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    Producer<byte[], byte[]> open = producer;
    if (open == null) {
      throw new IllegalStateException("the producer is not open");
    }
    try {
      open.beginTransaction();
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      records.forEach(each -> sent.add(open.send(each)));
      open.sendOffsetsToTransaction(offsets, group);
      open.commitTransaction(); // throws when one of the sends has failed
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public void close() {
    Producer<byte[], byte[]> open = producer;
    producer = null;
    if (open != null) {
      open.close(Duration.ZERO);
    }
  }
}
