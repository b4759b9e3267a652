package io.streamdistill.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.LostRecords.How;
import io.streamdistill.testkit.TestBroker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestBroker.class)
final class TopicWatchTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Uuid ID = new Uuid(1, 2);

  private final TestBroker.Running broker;

  TopicWatchTest(TestBroker.Running broker) {
    this.broker = broker;
  }

  private TopicWatch watch(String topic) {
    return TopicWatch.open(
        KafkaSettings.of(broker.bootstrapServers()), List.of(topic), PATIENCE, Clock.systemUTC());
  }

  private static TopicSnapshot snapshot(Map<String, String> settings) {
    return new TopicSnapshot(
        "t", ID, Map.of(0, 100L, 1, 0L), Map.of(0, 400L, 1, 20L), settings, Instant.EPOCH);
  }

  @Test
  void tellsIdOffsetsAndSettings() throws Exception {
    String topic =
        broker.compactedTopic(
            2, Map.of("message.timestamp.after.max.ms", "7000", "max.message.bytes", "2000000"));
    for (int i = 0; i < 5; i++) {
      broker.send(topic, 1, new byte[] {1}, new byte[] {2});
    }
    try (TopicWatch watch = watch(topic);
        Admin admin = Admin.create(KafkaSettings.of(broker.bootstrapServers()).admin())) {
      TopicSnapshot found = watch.look(topic);

      assertThat(found.exists()).isTrue();
      assertThat(found.id()).isEqualTo(watch.ids(List.of(topic), PATIENCE).get(topic));
      assertThat(found.partitions()).isEqualTo(2);
      assertThat(found.beginnings()).isEqualTo(Map.of(0, 0L, 1, 0L));
      assertThat(found.ends()).isEqualTo(Map.of(0, 0L, 1, 5L));
      assertThat(found.records()).isEqualTo(5);
      assertThat(found.compacted()).isTrue();
      assertThat(found.maxMessageBytes()).isEqualTo(2_000_000);
      assertThat(found.timestampAfterMaxMillis()).isEqualTo(7000);
      assertThat(found.timestampBeforeMaxMillis()).isEqualTo(Long.MAX_VALUE);
      assertThat(found.stampsRecords()).isFalse();
      assertThat(watch.last(topic)).contains(found);
      assertThat(admin.listTopics().names().get()).contains(topic);
    }
  }

  @Test
  void seesThatATopicIsAnotherOne() throws Exception {
    String topic = broker.topic();
    BlockingQueue<TopicSnapshot> seen = new LinkedBlockingQueue<>();
    try (TopicWatch watch = watch(topic).every(Duration.ofMillis(100), seen::add);
        Admin admin = Admin.create(KafkaSettings.of(broker.bootstrapServers()).admin())) {
      Uuid first = seen.poll(30, TimeUnit.SECONDS).id();

      admin.deleteTopics(List.of(topic)).all().get();
      await().atMost(PATIENCE).until(() -> !seen.take().exists());
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
      await().atMost(PATIENCE).until(() -> seen.take().exists());

      assertThat(watch.look(topic).id()).isNotEqualTo(first);
    }
  }

  @Test
  void seesWhatIsDeletedFromTheBeginning() throws Exception {
    String topic = broker.topic();
    for (int i = 0; i < 9; i++) {
      broker.send(topic, 0, null, new byte[] {2});
    }
    try (TopicWatch watch = watch(topic);
        Admin admin = Admin.create(KafkaSettings.of(broker.bootstrapServers()).admin())) {
      admin
          .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(6)))
          .all()
          .get();

      assertThat(watch.look(topic).lost(Map.of(0, 2L), Uuid.ZERO_UUID))
          .containsExactly(LostRecords.deleted(topic, 0, 2, 6));
    }
  }

  @Test
  void keepsWhatItSawWhileKafkaDoesNotAnswer() {
    KafkaSettings nobody = KafkaSettings.of("127.0.0.1:1");
    try (TopicWatch watch =
        TopicWatch.open(nobody, List.of("t"), Duration.ofMillis(300), Clock.systemUTC())) {
      assertThatThrownBy(() -> watch.look("t"))
          .isInstanceOf(BrokerException.class)
          .hasMessageContaining("127.0.0.1:1");

      assertThat(watch.last("t")).isEmpty();
      assertThat(watch.silence()).isGreaterThanOrEqualTo(Duration.ofMillis(250));
    }
  }

  @Test
  void namesWhatIsLost() {
    TopicSnapshot topic = snapshot(Map.of());

    assertThat(topic.lost(Map.of(0, 100L, 1, 20L), ID)).isEmpty();
    assertThat(topic.lost(Map.of(0, 99L, 1, 21L), ID))
        .containsExactly(LostRecords.deleted("t", 0, 99, 100), LostRecords.recreated("t", 1, 21));
    assertThat(topic.lost(Map.of(0, 200L), new Uuid(3, 4)))
        .containsExactly(LostRecords.recreated("t", 0, 200));
  }

  @Test
  void saysHowManyAreLostFromWhere() {
    LostRecordsException failure =
        new LostRecordsException(
            List.of(
                LostRecords.deleted("t", 0, 400, 2000),
                LostRecords.recreated("t", 1, 7),
                LostRecords.recreated("t", 2, 7).upTo(10)),
            "do this");

    assertThat(failure)
        .hasMessage(
            "topic 't' no longer holds what is to be read next: partition 0: 1600 records, offsets"
                + " 400 to 1999, deleted by retention or by hand; partition 1: whatever was unread"
                + " from offset 7 on, in a log that was deleted; the topic there now, if any, is another;"
                + " partition 2: 3 records, offsets 7 to 9, in a log that was deleted; the topic"
                + " there now, if any, is another; do this");
    assertThat(ExitStatus.of(failure)).isEqualTo(ExitStatus.LOST_RECORDS);
    assertThat(failure.lost().get(2).how()).isEqualTo(How.RECREATED);
  }

  @Test
  void readsSettingsOrTakesKafkasDefaults() {
    assertThat(snapshot(Map.of()).compacted()).isFalse();
    assertThat(snapshot(Map.of("cleanup.policy", "delete, compact")).compacted()).isTrue();
    assertThat(snapshot(Map.of()).timestampAfterMaxMillis()).isEqualTo(3_600_000);
    assertThat(snapshot(Map.of()).maxMessageBytes()).isEqualTo(1_048_588);
    assertThat(snapshot(Map.of("message.timestamp.type", "LogAppendTime")).stampsRecords())
        .isTrue();
  }
}
