package io.streamdistill.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsConfigTest {

  private static TopicsConfig named(String transferSet, String softTargets) {
    return new TopicsConfig(transferSet, softTargets, "l", "d", "c", "f", "e", 4, (short) -1);
  }

  @Test
  void hasUsableDefaults() {
    TopicsConfig defaults = TopicsConfig.defaults();

    assertThat(defaults.transferSet()).isEqualTo("transfer-set");
    assertThat(defaults.checkpointFiles()).isEqualTo("checkpoint-files");
    assertThat(defaults.checkpointEvents()).isEqualTo("checkpoint-events");
    assertThat(defaults.partitions()).isEqualTo(4);
    assertThat(defaults.replication()).isEqualTo((short) -1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a/b", ".", "..", "ä"})
  void refusesWhatIsNoTopicName(String name) {
    assertThatThrownBy(() -> named(name, "s"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("topics: '" + name + "' is not a topic name");
  }

  @Test
  void limitsTheLengthOfNames() {
    assertThat(named("a".repeat(249), "s").transferSet()).hasSize(249);
    assertThatThrownBy(() -> named("a".repeat(250), "s")).isInstanceOf(ConfigException.class);
  }

  @Test
  void refusesOneTopicInTwoRoles() {
    assertThatThrownBy(() -> named("same", "same"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("a name of its own");
    assertThatThrownBy(() -> named("as.kafka_sees", "as_kafka.sees"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("a name of its own");
  }

  @Test
  void refusesImpossibleSizes() {
    assertThatThrownBy(() -> new TopicsConfig("t", "s", "l", "d", "c", "f", "e", 0, (short) 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("topics.partitions must be in [1, 100000], got 0");
    assertThatThrownBy(() -> new TopicsConfig("t", "s", "l", "d", "c", "f", "e", 1, (short) 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("topics.replication");
  }
}
