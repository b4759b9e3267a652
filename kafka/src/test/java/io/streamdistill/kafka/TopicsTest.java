package io.streamdistill.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.kafka.Topics.Outcome;
import io.streamdistill.testkit.TestBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestBroker.class)
final class TopicsTest {

  private final KafkaSettings kafka;

  TopicsTest(TestBroker.Running broker) {
    kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  private static TopicsConfig named(String prefix, int partitions) {
    return TopicsConfig.named(name -> prefix + name, partitions, (short) -1);
  }

  @Test
  void createsEveryTopicOnceWithItsSettings() throws Exception {
    List<TopicSpec> specs = TopicSpec.all(named("new-", 3), 2 << 20);

    List<Outcome> first = Topics.create(kafka, specs);
    List<Outcome> second = Topics.create(kafka, specs);

    assertThat(first).hasSize(7).allMatch(Outcome::created);
    assertThat(second).hasSize(7).noneMatch(Outcome::created);
    assertThat(second).allSatisfy(outcome -> assertThat(outcome.differences()).isEmpty());
    try (Admin admin = Admin.create(kafka.admin())) {
      assertThat(partitions(admin, "new-transfer-set")).isEqualTo(3);
      assertThat(partitions(admin, "new-checkpoints")).isEqualTo(1);
      assertThat(config(admin, "new-checkpoint-files", "cleanup.policy")).isEqualTo("compact");
      assertThat(config(admin, "new-checkpoint-files", "min.cleanable.dirty.ratio"))
          .isEqualTo("0.1");
      assertThat(config(admin, "new-soft-targets", "retention.ms")).isEqualTo("-1");
      assertThat(Long.parseLong(config(admin, "new-transfer-set", "max.message.bytes")))
          .isGreaterThan(2 << 20)
          .isLessThan(Long.parseLong(config(admin, "new-dead-letters", "max.message.bytes")));
    }
  }

  @Test
  void saysWhatDiffersAndAltersNothing() throws Exception {
    try (Admin admin = Admin.create(kafka.admin())) {
      NewTopic small =
          new NewTopic("old-transfer-set", 2, (short) 1)
              .configs(Map.of("max.message.bytes", "1000"));
      NewTopic deleting =
          new NewTopic("old-checkpoints", Optional.of(2), Optional.empty())
              .configs(Map.of("cleanup.policy", "delete"));
      admin.createTopics(List.of(small, deleting)).all().get();

      List<Outcome> outcomes =
          Topics.create(kafka, TopicSpec.all(named("old-", 4), 1 << 20)).stream()
              .filter(outcome -> !outcome.created())
              .toList();

      assertThat(outcomes).hasSize(2);
      assertThat(outcomes.get(0).differences())
          .hasSize(2)
          .anyMatch(text -> text.startsWith("has 2 partitions, not 4: set topics.partitions"))
          .anyMatch(
              text ->
                  text.startsWith("has max.message.bytes=1000, not 1114112: run kafka-configs.sh")
                      && text.endsWith("--add-config max.message.bytes=1114112"));
      assertThat(outcomes.get(1).differences())
          .hasSize(2)
          .anyMatch(text -> text.startsWith("has 2 partitions, not 1: delete it"))
          .anyMatch(text -> text.startsWith("has cleanup.policy=delete, not compact"));
      assertThat(partitions(admin, "old-transfer-set")).isEqualTo(2);
    }
  }

  @Test
  void replicationThatTheClusterCannotGiveIsTheBrokersRefusal() {
    List<TopicSpec> specs = List.of(new TopicSpec("much", 1, (short) 3, Map.of()));

    assertThatThrownBy(() -> Topics.create(kafka, specs))
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("did not create topic 'much'")
        .hasMessageContaining("replication");
  }

  @Test
  void anUnreachableBrokerIsNamed() {
    assertThatThrownBy(
            () -> Topics.create(KafkaSettings.of("127.0.0.1:1"), List.of(), Duration.ofMillis(300)))
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("127.0.0.1:1")
        .hasMessageContaining("kafka.bootstrap.servers");
  }

  private static int partitions(Admin admin, String topic) throws Exception {
    return admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
        .mapToInt(description -> description.partitions().size())
        .sum();
  }

  private static String config(Admin admin, String topic, String key) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Config config = admin.describeConfigs(List.of(resource)).all().get().values().iterator().next();
    return config.get(key).value();
  }
}
