package io.streamdistill.records;

import static io.streamdistill.config.Require.require;

import java.util.List;

/**
 * What producer, teacher and student agree a feature vector to be. A model sees {@code element *
 * scale + offset} for every element.
 *
 * @param type element type on the wire; default U8
 * @param shape shape of one example without the batch dimension, row-major, each dimension >= 1;
 *     e.g. [784], or [1, 28, 28] (channels, height, width)
 * @param scale factor applied to every element, finite and not 0; default 1/255 for U8, else 1
 * @param offset added after scaling, finite; default 0
 */
public record FeatureContract(FeatureType type, List<Integer> shape, float scale, float offset) {

  private static final long MAX_LENGTH = 1 << 26;

  /** Validates. */
  public FeatureContract {
    require(!shape.isEmpty(), "features.shape must name at least one dimension, e.g. [784]");
    long length = 1;
    for (int dimension : shape) {
      require(dimension >= 1, "features.shape must hold dimensions >= 1, got %s", shape);
      length *= dimension;
      require(
          length <= MAX_LENGTH,
          "features.shape %s has more than %s elements; send smaller examples",
          shape,
          MAX_LENGTH);
    }
    require(
        Float.isFinite(scale) && scale != 0,
        "features.scale must be finite and not 0, got %s",
        scale);
    require(Float.isFinite(offset), "features.offset must be finite, got %s", offset);
    shape = List.copyOf(shape);
  }

  /** Unsigned bytes scaled to [0, 1], in the given shape. */
  public static FeatureContract u8(Integer... shape) {
    return new FeatureContract(FeatureType.U8, List.of(shape), 1f / 255, 0);
  }

  /** Elements per example. */
  public int length() {
    int length = 1;
    for (int dimension : shape) {
      length *= dimension;
    }
    return length;
  }

  /** Bytes of one example on the wire. */
  public int bytes() {
    return Math.multiplyExact(length(), type.bytes());
  }
}
