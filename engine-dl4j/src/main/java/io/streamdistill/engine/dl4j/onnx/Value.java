package io.streamdistill.engine.dl4j.onnx;

import java.util.List;

/**
 * A value in the graph.
 *
 * @param shape without the batch: [features], or [channels, height, width] of images
 */
record Value(String name, List<Long> shape) {

  static Value flat(String name, long features) {
    return new Value(name, List.of(features));
  }

  static Value image(String name, long channels, long height, long width) {
    return new Value(name, List.of(channels, height, width));
  }

  /** The same shape under another name. */
  Value as(String newName) {
    return new Value(newName, shape);
  }

  long channels() {
    return shape.get(0);
  }

  long height() {
    return shape.get(1);
  }

  long width() {
    return shape.get(2);
  }

  long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }
}
