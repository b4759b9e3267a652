package io.streamdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.streamdistill.kafka.KafkaSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

final class StreamsSettingsTest {

  private static final TeacherConfig CONFIG = Fixtures.config("logits");

  private static Map<String, Object> settings(Duration batchTime, String... kafka) {
    Map<String, String> properties = new HashMap<>(Map.of("bootstrap.servers", "b:1"));
    for (int i = 0; i < kafka.length; i += 2) {
      properties.put(kafka[i], kafka[i + 1]);
    }
    return StreamsSettings.of(CONFIG, new KafkaSettings(properties), batchTime);
  }

  @Test
  void asksForExactlyOnceWithShortTimeouts() {
    Map<String, Object> settings = settings(Duration.ofMillis(20));

    assertThatCode(() -> new StreamsConfig(settings)).doesNotThrowAnyException();
    assertThat(settings)
        .containsEntry("processing.guarantee", "exactly_once_v2")
        .containsEntry("application.id", "test-teacher")
        .containsEntry("consumer.session.timeout.ms", 6000)
        .containsEntry("producer.transaction.timeout.ms", 10_000)
        .containsEntry("consumer.max.poll.interval.ms", 300_000)
        .containsEntry("poll.ms", 12);
  }

  /** Else a slow teacher's transactions would be aborted for ever. */
  @Test
  void givesASlowTeacherTime() {
    assertThat(settings(Duration.ofSeconds(40)))
        .containsEntry("producer.transaction.timeout.ms", 400_200)
        .containsEntry("consumer.max.poll.interval.ms", 400_000);
    assertThat(settings(Duration.ofHours(1)))
        .containsEntry("producer.transaction.timeout.ms", 900_000);
  }

  @Test
  void letsTheKafkaBlockOverride() {
    Map<String, Object> settings =
        settings(
            Duration.ZERO,
            "session.timeout.ms",
            "20000",
            "producer.linger.ms",
            "7",
            "compression.type",
            "zstd",
            "max.request.size",
            "2000000");

    assertThat(settings)
        .containsEntry("session.timeout.ms", "20000")
        .doesNotContainKey("consumer.session.timeout.ms")
        .containsEntry("producer.linger.ms", "7");
    assertThat(StreamsSettings.compression(settings)).isEqualTo("zstd");
    assertThat(StreamsSettings.maxRequestBytes(settings)).isEqualTo(2_000_000);
  }

  @Test
  void leavesSessionsToTheBrokerUnderItsOwnProtocol() {
    assertThat(settings(Duration.ZERO, "group.protocol", "streams"))
        .doesNotContainKey("consumer.session.timeout.ms")
        .doesNotContainKey("consumer.heartbeat.interval.ms");
  }
}
