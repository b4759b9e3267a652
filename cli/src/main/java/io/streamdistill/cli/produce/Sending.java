package io.streamdistill.cli.produce;

import io.streamdistill.cli.source.Excerpt;
import io.streamdistill.kafka.Access;
import io.streamdistill.kafka.KafkaFailure;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.records.Counted;
import io.streamdistill.records.Example;
import io.streamdistill.records.avro.AvroRecords;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One production under way: sends, counts acknowledgements and stops at the first failure. */
final class Sending {

  private static final long REPORT_NANOS = Duration.ofMillis(200).toNanos();

  /** A record that the broker did not take. */
  private record Failure(String id, Exception cause) {}

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final int partitions;
  private final KafkaSettings kafka;
  private final LongConsumer produced;
  private final AvroRecords wire = new AvroRecords();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
  private final AtomicLong sent = new AtomicLong();
  private long labelled;
  private long lastReport;

  Sending(
      Producer<byte[], byte[]> producer,
      String topic,
      int partitions,
      KafkaSettings kafka,
      LongConsumer produced) {
    this.producer = producer;
    this.topic = topic;
    this.partitions = partitions;
    this.kafka = kafka;
    this.produced = produced;
    this.lastReport = System.nanoTime();
  }

  /** Sends one example; waits while the producer's buffer is full. */
  void send(Example example) {
    throwFailure();
    String id = example.id();
    var unused =
        producer.send( // the callback hears of it
            new ProducerRecord<>(
                topic,
                (int) (sent.get() % partitions),
                id.getBytes(StandardCharsets.UTF_8),
                wire.encode(example)),
            (metadata, exception) -> {
              if (exception == null) {
                acknowledged.incrementAndGet();
              } else {
                failure.compareAndSet(null, new Failure(id, exception));
              }
            });
    sent.incrementAndGet();
    if (example.label() != null) {
      labelled++;
    }
    long now = System.nanoTime();
    if (now - lastReport >= REPORT_NANOS) {
      lastReport = now;
      produced.accept(acknowledged.get());
    }
  }

  /** Waits until everything is acknowledged. */
  void finish() {
    producer.flush();
    throwFailure();
    produced.accept(acknowledged.get());
  }

  /** Examples handed to the producer so far; for any thread. */
  long sent() {
    return sent.get();
  }

  /** Examples that the broker has so far; for any thread. */
  long acknowledged() {
    return acknowledged.get();
  }

  long labelled() {
    return labelled;
  }

  private void throwFailure() {
    Failure found = failure.get();
    if (found == null) {
      return;
    }
    throw new ProduceException(
        "broker %s did not take example '%s' into topic %s: %s; %s (acknowledged: %s)"
            .formatted(
                kafka.bootstrapServers(),
                Excerpt.of(found.id()),
                topic,
                KafkaFailure.describe(found.cause(), Access.toTopic(kafka, "Write", topic)),
                remedy(found.cause()),
                Counted.of(acknowledged.get(), "record")),
        found.cause());
  }

  private static String remedy(Exception cause) {
    if (cause instanceof TimeoutException) {
      return "that is longer than --max-outage or kafka.producer.delivery.timeout.ms allows; produce"
          + " again when the broker runs, which repeats the ids";
    }
    return "correct the cause, and produce again";
  }
}
