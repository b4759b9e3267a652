package io.streamdistill.engine.export;

import java.util.Map;
import java.util.Optional;

/** Makes the smaller variant of a model that is published beside it, and says what it costs. */
@FunctionalInterface
public interface Quantization {

  /** Makes none. */
  Quantization NONE = (model, contract) -> Optional.empty();

  /**
   * A variant.
   *
   * @param model the bytes of an {@code .onnx} file
   * @param metrics what it costs, measured; for the manifest
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Variant(byte[] model, Map<String, Double> metrics) {}

  /**
   * Makes it.
   *
   * @param model proven, exported under {@code contract}
   * @return empty when there is none now
   */
  Optional<Variant> of(byte[] model, ExportContract contract);
}
