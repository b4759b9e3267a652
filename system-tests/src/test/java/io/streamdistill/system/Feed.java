package io.streamdistill.system;

import io.streamdistill.system.TransferSet.Input;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends records at a steady rate, but not too far ahead of those who read them. */
final class Feed implements AutoCloseable {

  private static final int PER_SECOND = 1_000;

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final List<Input> inputs;
  private final int lead;
  private int next;
  private int fit;
  private long lastTime = System.nanoTime();
  private double due;

  /**
   * Creates a feed.
   *
   * @param lead fit records that it is ahead at most
   */
  Feed(String servers, String topic, List<Input> inputs, int lead) {
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers, "linger.ms", "5"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.topic = topic;
    this.inputs = inputs;
    this.lead = lead;
  }

  /**
   * Sends what is due.
   *
   * @param read fit records that readers are done with
   */
  void send(long read) {
    long now = System.nanoTime();
    due = Math.min(due + PER_SECOND * (now - lastTime) / 1e9, PER_SECOND); // no more than a second
    lastTime = now;
    while (due >= 1 && next < inputs.size() && fit < read + lead) {
      Input input = inputs.get(next++);
      fit += input.isFit() ? 1 : 0;
      due--;
      var unused = producer.send(input.to(topic));
    }
  }

  /** Fit records sent. */
  int fit() {
    return fit;
  }

  /** Waits until all is sent. */
  @Override
  public void close() {
    producer.close(Duration.ofSeconds(30));
  }
}
