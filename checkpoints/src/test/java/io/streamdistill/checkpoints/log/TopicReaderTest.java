package io.streamdistill.checkpoints.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.testkit.TestBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestBroker.class)
class TopicReaderTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private static String text(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.value(), StandardCharsets.UTF_8);
  }

  /** Somebody writes while somebody reads to what was the end when he began. */
  @Test
  void losesNothingThatComesWhileItReads(TestBroker.Running broker) {
    String topic = broker.compactedTopic(1, Map.of());
    TopicPartition partition = new TopicPartition(topic, 0);
    for (int i = 0; i < 5; i++) {
      broker.send(topic, 0, new byte[] {(byte) i}, ("" + i).getBytes(StandardCharsets.UTF_8));
    }
    List<String> read = new ArrayList<>();
    try (TopicReader reader =
        TopicReader.open(KafkaSettings.of(broker.bootstrapServers()), topic, TIMEOUT)) {
      reader.readUntil(Map.of(partition, 2L), record -> read.add(text(record)));
      assertThat(read).startsWith("0", "1");
      reader.readToEnd(record -> read.add(text(record)));
      broker.send(topic, 0, new byte[] {5}, "5".getBytes(StandardCharsets.UTF_8));
      reader.readToEnd(record -> read.add(text(record)));
    }

    assertThat(read).containsExactly("0", "1", "2", "3", "4", "5");
  }
}
