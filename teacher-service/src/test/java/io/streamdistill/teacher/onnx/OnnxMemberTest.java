package io.streamdistill.teacher.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.AutoNumber;
import io.streamdistill.config.ConfigException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OnnxMemberTest {

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void namesAMemberWhoseWeightIsNone(double weight) {
    assertThatThrownBy(() -> new OnnxMember(Path.of("m.onnx"), weight, OutputKind.AUTO))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("teacher.members", "m.onnx", "got " + weight);
  }

  @Test
  void asksForTheModelOfAMember() {
    assertThatThrownBy(() -> new OnnxMember(Path.of(""), 1, OutputKind.AUTO))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("teacher.members", "model");
  }

  @Test
  void readsHowAMemberIsToBeRead() {
    OnnxMember member =
        new OnnxMember(
            Path.of("m.onnx"),
            1,
            OutputKind.LOGITS,
            "y",
            Map.of("ids", "0..3", "h", "constant 0"),
            AutoNumber.of(1e-4));

    assertThat(member.reading())
        .isEqualTo(
            new Reading(
                OutputKind.LOGITS,
                "y",
                Map.of(
                    "ids",
                    InputSource.parse("ids", "0..3"),
                    "h",
                    InputSource.parse("h", "constant 0")),
                OptionalDouble.of(1e-4)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, -1e-3})
  void namesAProbabilityFloorThatIsNone(double floor) {
    assertThatThrownBy(
            () ->
                new OnnxMember(
                    Path.of("m.onnx"), 1, OutputKind.AUTO, "", Map.of(), AutoNumber.of(floor)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("teacher.members", "probability-floor", "got " + floor);
  }

  @Test
  void namesAnInputThatIsNone() {
    assertThatThrownBy(
            () ->
                new OnnxMember(
                    Path.of("m.onnx"),
                    1,
                    OutputKind.AUTO,
                    "",
                    Map.of("ids", "first"),
                    AutoNumber.AUTO))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("teacher.members", "'first' for 'ids'", "FROM..TO");
  }
}
