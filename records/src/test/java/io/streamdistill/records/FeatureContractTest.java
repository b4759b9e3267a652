package io.streamdistill.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureContractTest {

  private static void refused(String message, List<Integer> shape, float scale, float offset) {
    assertThatThrownBy(() -> new FeatureContract(FeatureType.F32, shape, scale, offset))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void countsElementsAndBytes() {
    FeatureContract image = new FeatureContract(FeatureType.F16, List.of(3, 32, 32), 1, 0);

    assertThat(image.length()).isEqualTo(3_072);
    assertThat(image.bytes()).isEqualTo(6_144);
    assertThat(FeatureContract.u8(784).bytes()).isEqualTo(784);
    assertThat(new FeatureContract(FeatureType.F32, List.of(784), 1, 0).bytes()).isEqualTo(3_136);
  }

  @Test
  void scalesBytesToTheUnitIntervalByDefault() {
    assertThat(FeatureContract.u8(1, 28, 28))
        .isEqualTo(new FeatureContract(FeatureType.U8, List.of(1, 28, 28), 1f / 255, 0));
  }

  @Test
  void namesTheKeyOfWhatItRefuses() {
    refused("features.shape must name", List.of(), 1, 0);
    refused("features.shape must hold dimensions >= 1", List.of(3, 0), 1, 0);
    refused("features.shape must hold dimensions >= 1", List.of(-1), 1, 0);
    refused("more than 67108864 elements", List.of(8_192, 8_193), 1, 0);
    refused("more than", List.of(65_536, 65_536, 65_536, 65_536), 1, 0); // 2^64 is 0 in a long
    refused("features.scale", List.of(1), 0, 0);
    refused("features.scale", List.of(1), Float.NaN, 0);
    refused("features.offset", List.of(1), 1, Float.POSITIVE_INFINITY);
  }

  @Test
  void keepsItsOwnShape() {
    List<Integer> shape = new ArrayList<>(List.of(2));
    FeatureContract contract = new FeatureContract(FeatureType.U8, shape, 1, 0);
    shape.set(0, 3);

    assertThat(contract.length()).isEqualTo(2);
  }
}
