package io.streamdistill.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.avro.AvroRecords;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Feeds examples at a steady rate, whatever happens to the broker, nearly all of them into one
 * partition: a thousand to one. Their ids are the numbers from 0 on.
 */
final class SkewedFeed implements AutoCloseable {

  private static final int SKEW = 1_000;

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final int perSecond;
  private final Random random;
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final Thread thread = new Thread(this::run, "feed");
  private volatile boolean stopping;
  private volatile int partitions;

  SkewedFeed(String servers, String topic, int partitions, int perSecond, Random random) {
    this.topic = topic;
    this.partitions = partitions;
    this.perSecond = perSecond;
    this.random = random;
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                servers,
                "linger.ms",
                5,
                "max.block.ms",
                Integer.MAX_VALUE,
                "delivery.timeout.ms",
                Integer.MAX_VALUE,
                "metadata.max.age.ms",
                1_000),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    thread.start();
  }

  private void run() {
    AvroRecords codec = new AvroRecords();
    long start = System.nanoTime();
    try {
      while (!stopping) {
        int due = (int) Math.min(Integer.MAX_VALUE, (System.nanoTime() - start) / 1e9 * perSecond);
        while (sent.get() < due && !stopping) {
          send(codec);
        }
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void send(AvroRecords codec) {
    ByteBuffer features =
        ByteBuffer.allocate(TransferSet.FEATURES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (features.hasRemaining()) {
      features.putFloat((float) random.nextGaussian());
    }
    String id = Integer.toString(sent.get());
    Example example = new Example(id, features.flip(), FeatureType.F32, null, 1, Instant.now());
    int now = partitions;
    int partition = now > 1 && random.nextInt(SKEW) == 0 ? 1 + random.nextInt(now - 1) : 0;
    var unused =
        producer.send(
            new ProducerRecord<>(topic, partition, id.getBytes(UTF_8), codec.encode(example)),
            (metadata, e) -> {
              if (e != null) {
                failure.compareAndSet(null, e);
              }
            });
    sent.incrementAndGet();
  }

  /** Feeds as many partitions from now on. */
  void widen(int count) {
    partitions = count;
  }

  /** Stops feeding, and returns how many examples are in the topic. */
  int stop() throws Exception {
    stopping = true;
    thread.join();
    producer.flush();
    Exception failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    return sent.get();
  }

  @Override
  public void close() {
    stopping = true;
    producer.close(Duration.ZERO);
  }
}
