package io.streamdistill.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaSettingsTest {

  private static KafkaSettings with(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(more);
    all.put("bootstrap.servers", "broker:9092");
    return new KafkaSettings(all);
  }

  @Test
  void passesEveryKeyToEveryClientAndLimitedKeysToTheirs() {
    KafkaSettings settings =
        with(
            Map.of(
                "security.protocol", "SSL",
                "client.id", "all",
                "consumer.client.id", "c",
                "producer.linger.ms", "7",
                "admin.retries", "3",
                "streams.num.stream.threads", "2"));

    assertThat(settings.admin())
        .isEqualTo(
            Map.of(
                "bootstrap.servers", "broker:9092",
                "security.protocol", "SSL",
                "client.id", "all",
                "retries", "3"));
    assertThat(settings.consumer())
        .isEqualTo(
            Map.of(
                "bootstrap.servers", "broker:9092",
                "security.protocol", "SSL",
                "client.id", "c",
                "isolation.level", "read_committed",
                "enable.auto.commit", "false",
                "allow.auto.create.topics", "false"));
    assertThat(settings.producer())
        .isEqualTo(
            Map.of(
                "bootstrap.servers", "broker:9092",
                "security.protocol", "SSL",
                "client.id", "all",
                "linger.ms", "7",
                "enable.idempotence", "true",
                "acks", "all",
                "compression.type", "lz4"));
    assertThat(settings.streams())
        .isEqualTo(
            Map.of(
                "bootstrap.servers", "broker:9092",
                "security.protocol", "SSL",
                "client.id", "all",
                "consumer.client.id", "c",
                "producer.linger.ms", "7",
                "admin.retries", "3",
                "num.stream.threads", "2"));
  }

  @Test
  void letsTheUserChooseTheCompression() {
    assertThat(with(Map.of("compression.type", "zstd")).producer())
        .containsEntry("compression.type", "zstd");
    assertThat(with(Map.of("producer.compression.type", "none")).producer())
        .containsEntry("compression.type", "none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "processing.guarantee",
        "streams.processing.guarantee",
        "isolation.level",
        "consumer.isolation.level",
        "streams.consumer.isolation.level",
        "main.consumer.isolation.level",
        "streams.restore.consumer.auto.offset.reset",
        "enable.auto.commit",
        "producer.enable.idempotence",
        "producer.acks",
        "transactional.id",
        "group.id",
        "value.deserializer"
      })
  void keepsWhatTheGuaranteesNeed(String key) {
    assertThatThrownBy(() -> with(Map.of(key, "x")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("kafka." + key + " is reserved: ")
        .hasMessageContaining("remove it");
  }

  @Test
  void needsABroker() {
    for (Map<String, String> none :
        List.of(Map.<String, String>of(), Map.of("bootstrap.servers", " "))) {
      assertThatThrownBy(() -> new KafkaSettings(none))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("kafka.bootstrap.servers is missing");
    }
    assertThat(KafkaSettings.of("a:1,b:2").bootstrapServers()).isEqualTo("a:1,b:2");
  }
}
