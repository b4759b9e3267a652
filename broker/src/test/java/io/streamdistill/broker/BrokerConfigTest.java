package io.streamdistill.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerConfigTest {
  private static final BrokerConfig CONFIG = BrokerConfig.in(Path.of("data"));

  @Test
  void suggestsTheNearestSettingForAnUnknownOne() {
    assertThatThrownBy(() -> CONFIG.withOverride("mesage.max.byte", "1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no setting mesage.max.byte; did you mean message.max.bytes?");
  }

  @Test
  void refusesOverridesOfWhatFollowsFromDirectoryAndPorts() {
    assertThatThrownBy(() -> CONFIG.withOverride("listeners", "PLAINTEXT://:9092"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must not set listeners");
  }

  @Test
  void refusesImpossiblePorts() {
    assertThatThrownBy(() -> CONFIG.withPort(65536))
        .hasMessage("broker.port must be in [0, 65535], got 65536");
    assertThatThrownBy(() -> new BrokerConfig(CONFIG.dataDir(), 9092, 9092, Map.of()))
        .hasMessageContaining("must differ, got 9092 for both");
  }

  @Test
  void survivesTheTripOverTheCommandLine() {
    BrokerConfig config =
        new BrokerConfig(
            Path.of("a dir"), 9092, 9093, Map.of("log.retention.ms", "5", "broker.rack", "a=b"));
    var arguments = new BrokerMain.Arguments(config, true);
    assertThat(BrokerMain.Arguments.parse(arguments.toList())).isEqualTo(arguments);
  }

  @Test
  void saysWhatIsWrongWithTheCommandLine() {
    assertRefused("--data-dir is missing");
    assertRefused("--port needs a value", "--data-dir", "d", "--port");
    assertRefused("--port needs a number, got x", "--data-dir", "d", "--port", "x");
    assertRefused("--set needs KEY=VALUE, got k", "--data-dir", "d", "--set", "k");
    assertRefused("unknown option --prot", "--prot", "1");
  }

  private static void assertRefused(String message, String... args) {
    assertThatThrownBy(() -> BrokerMain.Arguments.parse(List.of(args)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
