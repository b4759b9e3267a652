package io.streamdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TeacherConfigTest {

  private static TeacherConfig with(String setting) {
    return TeacherConfig.of("members=[{model: m.onnx}]", setting);
  }

  private static void assertRefused(String setting, String... words) {
    assertThatThrownBy(() -> with(setting))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void acceptsTheDefaults() {
    assertThatCode(() -> with("temperature=20")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a/b"})
  void namesAnApplicationIdThatIsNone(String id) {
    assertRefused(
        "application-id='" + id + "'", "teacher.application-id", "'" + id + "'", "letters, digits");
  }

  @Test
  void asksForAMember() {
    assertRefused("members=[]", "teacher.members is empty", "add at least one");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 1e-60})
  void namesATemperatureThatIsNone(double temperature) {
    assertRefused("temperature=" + temperature, "teacher.temperature", "got " + temperature);
  }

  @ParameterizedTest
  @ValueSource(strings = {".nan", ".inf"})
  void namesATemperatureThatIsNotFinite(String temperature) {
    assertRefused("temperature=" + temperature, "teacher.temperature");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 65537})
  void namesABatchSizeThatIsNone(int size) {
    assertRefused("batch-size=" + size, "teacher.batch-size", "[1, 65536]", "got " + size);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 60_001})
  void namesALingerThatIsNone(long millis) {
    assertRefused(
        "linger=" + millis + "ms", "teacher.linger", "[1 ms, 60000 ms]", "got " + millis + " ms");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 99, 60_001})
  void namesACommitIntervalThatIsNone(long millis) {
    assertRefused(
        "commit-interval=" + millis + "ms",
        "teacher.commit-interval",
        "[100 ms, 60000 ms]",
        "got " + millis + " ms");
  }

  @Test
  void namesThreadsAndSizesThatAreNone() {
    assertRefused("stream-threads=0", "teacher.stream-threads", "got 0");
    assertRefused("engine-threads=-1", "teacher.engine-threads", "got -1", "0 takes all cores");
    assertRefused("max-record-bytes=0", "teacher.max-record-bytes", "got 0");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 1.5, Double.NaN})
  void namesSharesThatAreNone(double share) {
    assertThatThrownBy(() -> new TeacherLimits(share, 0.5, Duration.ofMinutes(1), Duration.ZERO))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("teacher.limits.max-failing-share", "(0, 1]", "got " + share);
    assertThatThrownBy(() -> new TeacherLimits(0.5, share, Duration.ofMinutes(1), Duration.ZERO))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("teacher.limits.max-rejected-share", "1 never holds");
  }

  @Test
  void namesTimesThatAreNone() {
    assertThatThrownBy(() -> new TeacherLimits(0.5, 0.5, Duration.ofMillis(10), Duration.ZERO))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("teacher.limits.hang-after", "got 10 ms");
    assertThatThrownBy(
            () -> new TeacherLimits(0.5, 0.5, Duration.ofMinutes(1), Duration.ofMillis(-1)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("teacher.limits.max-outage", "0 waits for ever");
  }

  @Test
  void theTeacherSeesItsOwnScalingOrThatOfTheFeatures() {
    FeatureContract wire = new FeatureContract(FeatureType.F32, List.of(3), 0.1f, 5);

    assertThat(TeacherFeatures.AS_ON_THE_WIRE.of(wire)).isEqualTo(wire);
    assertThat(new TeacherFeatures(Optional.of(2f), Optional.empty()).of(wire))
        .isEqualTo(new FeatureContract(FeatureType.F32, List.of(3), 2, 5));
    assertThatThrownBy(() -> new TeacherFeatures(Optional.of(0f), Optional.empty()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("teacher.features.scale");
  }
}
