package io.streamdistill.engine.export;

import io.streamdistill.onnx.graph.OnnxExportException;

/**
 * What a student says to features, to compare its export with later.
 *
 * @param features (records, length)
 * @param logits (records, classes), row-major
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Answers(ModelFeatures features, float[] logits) {

  /** Whether the student gives numbers: one that does not has diverged. */
  public boolean isFinite() {
    return Double.isFinite(largestLogit());
  }

  /** Magnitude of the largest logit. */
  double largestLogit() {
    double largest = 0;
    for (float logit : logits) {
      largest = Math.max(largest, Math.abs(logit)); // NaN stays NaN
    }
    return largest;
  }

  /** What a student whose biases are corrected says: {@code shift} (classes) on every logit. */
  public Answers corrected(double[] shift) {
    float[] corrected = logits.clone();
    for (int i = 0; i < corrected.length; i++) {
      corrected[i] += (float) shift[i % shift.length];
    }
    return new Answers(features, corrected);
  }

  /** Softmax at temperature 1, (records, classes), row-major. */
  float[] probabilities() {
    int classes = logits.length / features.records();
    float[] probabilities = new float[logits.length];
    for (int from = 0; from < logits.length; from += classes) {
      double max = Double.NEGATIVE_INFINITY;
      for (int k = from; k < from + classes; k++) {
        max = Math.max(max, logits[k]); // NaN wins
      }
      double sum = 0;
      for (int k = from; k < from + classes; k++) {
        sum += Math.exp(logits[k] - max);
      }
      for (int k = from; k < from + classes; k++) {
        probabilities[k] = (float) (Math.exp(logits[k] - max) / sum);
      }
    }
    return probabilities;
  }

  /**
   * Asks an exported model the same.
   *
   * @throws OnnxExportException if ONNX Runtime cannot load or run the model
   */
  public OnnxParity compare(byte[] model) {
    return OnnxParity.of(probabilities(), this, OnnxSaid.of(model, features));
  }
}
