package io.streamdistill.experiments.mnist;

import java.nio.FloatBuffer;

/** Cross-entropy of a softmax with one right class, and its gradient. */
final class SoftmaxCrossEntropy {
  private SoftmaxCrossEntropy() {}

  /**
   * Mean over the batch of log sum_k exp z_k - z_y; writes delta_k = softmax(z)_k - [k = y].
   *
   * @param logits (classes, batch)
   * @param labels (batch)
   * @param delta (classes, batch), d (sum of losses) / d logits
   */
  static double lossAndGradient(Matrix logits, int[] labels, Matrix delta) {
    int classes = logits.rows();
    int batch = logits.columns();
    FloatBuffer z = logits.values();
    FloatBuffer gradient = delta.values();
    double[] exp = new double[classes];
    double loss = 0;
    for (int example = 0; example < batch; example++) {
      int at = example * classes;
      double max = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < classes; k++) {
        max = Math.max(max, z.get(at + k));
      }
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        exp[k] = Math.exp(z.get(at + k) - max);
        sum += exp[k];
      }
      for (int k = 0; k < classes; k++) {
        gradient.put(at + k, (float) (exp[k] / sum - (k == labels[example] ? 1 : 0)));
      }
      loss += Math.log(sum) + max - z.get(at + labels[example]);
    }
    return loss / batch;
  }
}
