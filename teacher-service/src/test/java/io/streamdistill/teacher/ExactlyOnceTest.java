package io.streamdistill.teacher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.testkit.TestRecords;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instances that are killed, stopped and joined by others, on a real broker. */
final class ExactlyOnceTest {

  private static final int RECORDS = 6000;
  private static final int PARTITIONS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(150);

  @TempDir private Path directory;

  @Test
  void publishesEveryRecordOnceThoughInstancesAreKilledAndJoin() throws Exception {
    try (Cluster cluster = new Cluster(directory.resolve("broker"))) {
      TopicsConfig topics = cluster.topics(PARTITIONS);
      try (TeacherProcess first = start(cluster, topics)) {
        CompletableFuture<Void> producing =
            CompletableFuture.runAsync(() -> produceSlowly(cluster, topics));
        assertThat(cluster.read(topics.softTargets(), 200, PATIENCE).size()).isPositive();
        first.kill();
        try (TeacherProcess second = start(cluster, topics);
            TeacherProcess third = start(cluster, topics)) {
          producing.join();
          assertThat(second.terminate()).isEqualTo(143); // of SIGTERM
          try (TeacherProcess fourth = start(cluster, topics)) {
            assertAllOnce(cluster, topics);
            fourth.terminate();
          }
          third.terminate();
        }
      }
    }
  }

  private TeacherProcess start(Cluster cluster, TopicsConfig topics) throws Exception {
    return TeacherProcess.start(cluster.servers(), topics, directory.resolve("teacher.log"));
  }

  private static void produceSlowly(Cluster cluster, TopicsConfig topics) {
    try (KafkaProducer<byte[], byte[]> producer = cluster.producer()) {
      for (int i = 0; i < RECORDS; i++) {
        var unused = producer.send(record(topics, i));
        if (i % 10 == 0) {
          Thread.sleep(30);
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Every tenth record is garbage. */
  private static ProducerRecord<byte[], byte[]> record(TopicsConfig topics, int i) {
    byte[] value = Fixtures.framed("" + i, i);
    if (i % 10 == 9) {
      new Random(i).nextBytes(value);
    }
    return new ProducerRecord<>(topics.transferSet(), i % PARTITIONS, key(i), value);
  }

  private static byte[] key(int i) {
    return Integer.toString(i).getBytes(UTF_8);
  }

  private static int id(ConsumerRecord<byte[], byte[]> record) {
    return Integer.parseInt(new String(record.key(), UTF_8));
  }

  private static void assertAllOnce(Cluster cluster, TopicsConfig topics) throws Exception {
    List<ConsumerRecord<byte[], byte[]>> softTargets =
        cluster.read(topics.softTargets(), RECORDS / 10 * 9, PATIENCE);
    List<ConsumerRecord<byte[], byte[]>> deadLetters =
        cluster.read(topics.deadLetters(), RECORDS / 10, PATIENCE);

    assertThat(softTargets.stream().map(ExactlyOnceTest::id))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, RECORDS).filter(i -> i % 10 != 9).boxed().toList());
    assertThat(deadLetters.stream().map(ExactlyOnceTest::id))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, RECORDS).filter(i -> i % 10 == 9).boxed().toList());
    Map<Integer, List<Integer>> byPartition = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : softTargets) {
      assertThat(record.partition()).isEqualTo(id(record) % PARTITIONS);
      assertThat(TestRecords.target(record.value()).example().id())
          .isEqualTo(Integer.toString(id(record)));
      byPartition.computeIfAbsent(record.partition(), p -> new ArrayList<>()).add(id(record));
    }
    assertThat(byPartition.values()).allSatisfy(ids -> assertThat(ids).isSorted());
  }
}
