package io.streamdistill.student;

import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.jspecify.annotations.Nullable;

/** The consumer of what was read before, which connects when it is needed for the first time. */
final class ReplayConsumer implements Supplier<KafkaConsumer<byte[], byte[]>>, AutoCloseable {

  private final TrainerClients clients;
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;

  ReplayConsumer(TrainerClients clients) {
    this.clients = clients;
  }

  @Override
  public synchronized KafkaConsumer<byte[], byte[]> get() {
    KafkaConsumer<byte[], byte[]> open = consumer;
    if (open == null) {
      open = clients.replayConsumer();
      consumer = open;
    }
    return open;
  }

  @Override
  public synchronized void close() {
    if (consumer != null) {
      consumer.close();
    }
  }
}
