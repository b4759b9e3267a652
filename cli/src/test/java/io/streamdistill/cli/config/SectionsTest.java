package io.streamdistill.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SectionsTest {

  @Test
  void scaleDependsOnTheTypeUnlessItIsSet() {
    assertThat(features(FeatureType.U8, Optional.empty())).isEqualTo(FeatureContract.u8(784));
    assertThat(features(FeatureType.F32, Optional.empty()).scale()).isEqualTo(1);
    assertThat(features(FeatureType.U8, Optional.of(2f)).scale()).isEqualTo(2);
  }

  private static FeatureContract features(FeatureType type, Optional<Float> scale) {
    return new FeaturesConfig(type, List.of(784), scale, Optional.empty()).contract();
  }

  @Test
  void classesAreNamedOrCounted() {
    assertThat(new ClassesConfig(Optional.of(List.of("a", "b")), Optional.empty()).map())
        .isEqualTo(new ClassMap(List.of("a", "b")));
    assertThat(new ClassesConfig(Optional.empty(), Optional.of(3)).map())
        .isEqualTo(ClassMap.ofCount(3));
  }

  @Test
  void classesAreNeitherMissingNorSetTwice() {
    assertThatThrownBy(() -> new ClassesConfig(Optional.empty(), Optional.empty()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("classes is missing");
    assertThatThrownBy(() -> new ClassesConfig(Optional.of(List.of("a", "b")), Optional.of(2)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("both set");
    assertThatThrownBy(() -> new ClassesConfig(Optional.empty(), Optional.of(1)))
        .hasMessageContaining("classes.count must be >= 2");
  }
}
