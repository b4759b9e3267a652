package io.streamdistill.teacher;

import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.teacher.topology.Flow;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/** The clients of Kafka Streams: what they poll, send and commit is looked at first. */
final class HoldingClients implements KafkaClientSupplier {

  private static final int READ_AT_ONCE = 16;

  private final Flow flow;
  private final TransferLog transferLog;
  private final Progress progress;
  private final Set<GuardedProducer> producers = ConcurrentHashMap.newKeySet();

  HoldingClients(Flow flow, TransferLog transferLog, Progress progress) {
    this.flow = flow;
    this.transferLog = transferLog;
    this.progress = progress;
  }

  /** A reader of any partitions, of few records at a time, that commits nothing. */
  static Consumer<byte[], byte[]> reader(KafkaSettings kafka) {
    Map<String, Object> config = kafka.consumer();
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, READ_AT_ONCE);
    return plain(config);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    Map<String, Object> paced = new HashMap<>(config);
    paced.computeIfPresent(
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
        (key, millis) ->
            StreamsSettings.transactionTimeout(
                Duration.ofMillis(Long.parseLong(millis.toString())), flow.pace().slowest()));
    GuardedProducer producer =
        new GuardedProducer(paced, flow, transferLog, progress, producers::remove);
    producers.add(producer);
    return producer;
  }

  /** No transaction is waited for any more; those that are open are aborted by the broker. */
  void giveUp() {
    producers.forEach(GuardedProducer::giveUp);
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return new GuardedConsumer(config, flow, transferLog, progress);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return plain(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return plain(config);
  }

  private static Consumer<byte[], byte[]> plain(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
