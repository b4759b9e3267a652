package io.streamdistill.engine.export;

import io.streamdistill.onnx.graph.OnnxExportException;
import java.util.random.RandomGenerator;

/**
 * How far an exported model, run by ONNX Runtime, is from the student it was exported from; every
 * figure is the largest absolute difference over all records and classes.
 *
 * @param largestLogit magnitude of the network's largest logit
 */
public record OnnxParity(double probabilities, double logits, double largestLogit) {

  /** Largest difference of a probability that was found for students that have learned well. */
  public static final double TOLERANCE = 1e-5;

  /**
   * Largest difference that float32 arithmetic in another order explains, where no logit is above
   * {@value #LOGIT}; above, it grows with the logits. A student trained next to the rate at which
   * training diverges has large terms of either sign in a small logit, and was found at 1.1e-5. An
   * export that is wrong is off by 1e-3 and more.
   */
  private static final double EXPLAINED = 1e-4;

  private static final double LOGIT = 20;

  static OnnxParity of(float[] probabilities, Answers expected, OnnxSaid said) {
    return new OnnxParity(
        distance(probabilities, said.probabilities()),
        distance(expected.logits(), said.answers().logits()),
        expected.largestLogit());
  }

  /**
   * Runs random features through two models.
   *
   * @param records how many to compare, in one batch
   * @throws OnnxExportException if ONNX Runtime cannot load or run one of them
   */
  public static OnnxParity between(
      byte[] one, byte[] other, ExportContract contract, int records, RandomGenerator random) {
    ModelFeatures features = ModelFeatures.random(contract, records, random);
    OnnxSaid expected = OnnxSaid.of(one, features);
    return of(expected.probabilities(), expected.answers(), OnnxSaid.of(other, features));
  }

  /** Largest difference of a probability that is allowed. */
  public double tolerance() {
    return EXPLAINED * Math.max(1, largestLogit / LOGIT);
  }

  /**
   * Requires that the probabilities agree to {@link #tolerance}; call it before a checkpoint is
   * announced.
   *
   * @throws OnnxExportException if they do not
   */
  public void requireWithinTolerance() {
    if (!(probabilities <= tolerance())) { // also if NaN
      throw new OnnxExportException(
          "The exported model differs from the trained network by %.2g in a probability and by %.2g"
                  .formatted(probabilities, logits)
              + " in a logit, and %.0g is allowed; it must not be announced. Please report the"
                  .formatted(tolerance())
              + " configuration of the network.");
    }
  }

  private static double distance(float[] expected, float[] actual) {
    if (expected.length != actual.length) {
      throw new OnnxExportException(
          "The exported model gives %d values where the network gives %d"
              .formatted(actual.length, expected.length));
    }
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs((double) expected[i] - actual[i])); // NaN stays NaN
    }
    return largest;
  }
}
