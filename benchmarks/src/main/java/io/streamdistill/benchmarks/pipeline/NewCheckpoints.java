package io.streamdistill.benchmarks.pipeline;

import io.streamdistill.checkpoints.avro.AnnouncementCodec;
import io.streamdistill.checkpoints.format.Announcement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The checkpoints that are announced on a cluster from now on. */
final class NewCheckpoints implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;

  NewCheckpoints(BenchCluster cluster) {
    consumer =
        new KafkaConsumer<>(
            cluster.kafka().consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partition =
        List.of(new TopicPartition(BenchCluster.TOPICS.checkpoints(), 0));
    consumer.assign(partition);
    consumer.seekToEnd(partition);
    partition.forEach(consumer::position); // seeks now
  }

  /**
   * Waits for the next ones.
   *
   * @param trainer which must run meanwhile
   * @return at least one
   */
  List<Announcement> next(Service trainer, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    List<Announcement> announced = new ArrayList<>();
    while (announced.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("no checkpoint was announced within " + patience);
      }
      trainer.requireAlive();
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.value() != null) { // else a withdrawal
          announced.add(AnnouncementCodec.decode(record.value()));
        }
      }
    }
    return announced;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
