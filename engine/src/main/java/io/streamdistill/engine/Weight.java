package io.streamdistill.engine;

import java.util.List;

/**
 * One array of a student's parameters.
 *
 * @param shape sizes of its dimensions
 * @param values row-major
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Weight(List<Long> shape, float[] values) {

  /** Validates. */
  public Weight {
    shape = List.copyOf(shape);
    long expected = shape.stream().reduce(1L, Math::multiplyExact);
    if (values.length != expected) {
      throw new IllegalArgumentException(
          "a weight of shape %s has %d values, got %d".formatted(shape, expected, values.length));
    }
  }
}
