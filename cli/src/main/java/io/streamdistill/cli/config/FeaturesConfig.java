package io.streamdistill.cli.config;

import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import java.util.List;
import java.util.Optional;

/**
 * The section {@code features:}.
 *
 * @param type element type on the wire; default u8
 * @param shape shape of one example without the batch dimension, row-major
 * @param scale factor applied to every element; default 1/255 for u8, else 1
 * @param offset added after scaling; default 0
 */
public record FeaturesConfig(
    FeatureType type, List<Integer> shape, Optional<Float> scale, Optional<Float> offset) {

  /** Validates. */
  public FeaturesConfig {
    contract(type, shape, scale, offset);
  }

  /** What producers, teacher and students agree on. */
  public FeatureContract contract() {
    return contract(type, shape, scale, offset);
  }

  private static FeatureContract contract(
      FeatureType type, List<Integer> shape, Optional<Float> scale, Optional<Float> offset) {
    float typical = type == FeatureType.U8 ? 1f / 255 : 1f;
    return new FeatureContract(type, shape, scale.orElse(typical), offset.orElse(0f));
  }
}
