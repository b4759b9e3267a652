package io.streamdistill.system;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.CheckpointVersion;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.Checkpoints;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes checkpoints of a student one after the other, in several stores by turns, and deletes
 * all but the newest few, as a trainer does. What fails is tried again with the next version.
 */
final class Publications implements AutoCloseable {

  private static final int KEPT = 4;
  private static final int BYTES = 1_500_000;
  private static final Duration PAUSE = Duration.ofMillis(250);

  private record Published(CheckpointId id, String store) {}

  private final KafkaSettings kafka;
  private final TopicsConfig topics;
  private final String student;
  private final String[] stores;
  private final Path work;
  private final Random random;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<String, CheckpointStore> open = new HashMap<>();
  private final Deque<Published> kept = new ArrayDeque<>();
  private final Thread thread = new Thread(this::run, "publications");
  private volatile @Nullable String newest;
  private final AtomicInteger count = new AtomicInteger();
  private volatile boolean stopped;

  /**
   * Creates publications.
   *
   * @param stores URIs of the stores
   */
  Publications(
      KafkaSettings kafka,
      TopicsConfig topics,
      String student,
      Path work,
      Random random,
      String... stores) {
    Map<String, String> impatient = new HashMap<>(kafka.properties());
    impatient.put("producer.delivery.timeout.ms", "6000");
    impatient.put("producer.request.timeout.ms", "3000");
    this.kafka = new KafkaSettings(impatient);
    this.topics = topics;
    this.student = student;
    this.stores = stores.clone();
    this.work = work;
    this.random = new Random(random.nextLong());
    this.producer =
        new KafkaProducer<>(
            this.kafka.producer(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  void start() {
    thread.start();
  }

  private void run() {
    for (int turn = 0; !stopped; turn++) {
      try {
        publish(stores[turn % stores.length]);
        Thread.sleep(PAUSE.toMillis());
      } catch (CheckpointException | KafkaException | ExecutionException | IOException e) {
        System.out.printf(
            "not published: %s%n", String.valueOf(e.getMessage()).lines().findFirst());
        close(stores[turn % stores.length]);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void publish(String store) throws IOException, ExecutionException, InterruptedException {
    String version = CheckpointVersion.next(newest, count.get(), Instant.now(), random);
    CheckpointId id = new CheckpointId(student, version);
    Path directory = work.resolve(version);
    try {
      Manifest manifest = Checkpoints.write(id, directory, BYTES);
      URI location = open(store).put(id, directory);
      send(
          CheckpointLog.record(
              topics.checkpoints(), CheckpointLog.announcement(manifest, location, Instant.now())));
      kept.add(new Published(id, store));
      newest = version;
      count.incrementAndGet();
    } finally {
      delete(directory);
    }
    if (kept.size() > KEPT) {
      Published oldest = kept.remove();
      send(CheckpointLog.withdrawal(topics.checkpoints(), oldest.id()));
      open(oldest.store()).delete(oldest.id());
    }
  }

  private void send(ProducerRecord<byte[], byte[]> record)
      throws ExecutionException, InterruptedException {
    producer.send(record).get();
  }

  private CheckpointStore open(String store) {
    return open.computeIfAbsent(
        store, uri -> new CheckpointStores(Cluster.of(kafka, topics)).open(uri));
  }

  /** A store that has failed may have lost its connection. */
  private void close(String store) {
    CheckpointStore failed = open.remove(store);
    if (failed != null) {
      failed.close();
    }
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> walk = Files.walk(tree)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** The newest version that is announced; empty when there is none. */
  String newest() {
    String now = newest;
    return now == null ? "" : now;
  }

  /** How many were announced. */
  int count() {
    return count.get();
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    open.values().forEach(CheckpointStore::close);
    producer.close(Duration.ofSeconds(5));
  }
}
