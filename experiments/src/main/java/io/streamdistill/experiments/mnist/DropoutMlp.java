package io.streamdistill.experiments.mnist;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/**
 * A dense ReLU net that is trained with dropout, momentum and max-norm in 3L - 1 matrix products a
 * step.
 *
 * <p>Examples are columns, so that the units of an example and the incoming weights of a unit lie
 * side by side. All buffers are allocated once, for one batch size.
 */
final class DropoutMlp {
  private final MlpWeights mlp;
  private final MlpWeights velocity;
  private final Dropout inputDropout;
  private final Dropout hiddenDropout;
  private final MaxNorm maxNorm;
  private final double momentum;
  private final int batch;
  private final Matrix[] activations; // (layers + 1) of (width, batch); the last holds the logits
  private final Matrix[] deltas; // (layers) of (width, batch): d (sum of losses) / d pre-activation

  DropoutMlp(MlpWeights mlp, MlpWeights velocity, TeacherSettings settings) {
    this.mlp = mlp;
    this.velocity = velocity;
    inputDropout = new Dropout(settings.inputDropout());
    hiddenDropout = new Dropout(settings.hiddenDropout());
    maxNorm = new MaxNorm(settings.maxNorm());
    momentum = settings.momentum();
    batch = settings.batch();
    int[] widths = mlp.widths();
    activations = new Matrix[widths.length];
    deltas = new Matrix[widths.length - 1];
    activations[0] = Matrix.zeros(widths[0], batch);
    for (int i = 1; i < widths.length; i++) {
      activations[i] = Matrix.zeros(widths[i], batch);
      deltas[i - 1] = Matrix.zeros(widths[i], batch);
    }
  }

  /** Where the caller writes the next batch: (inputs, batch). */
  FloatBuffer input() {
    return activations[0].values();
  }

  /**
   * Forward pass without dropout; the logits, (classes, batch), are overwritten by the next call.
   */
  Matrix infer() {
    for (int layer = 0; layer < mlp.layers(); layer++) {
      forward(layer);
    }
    return activations[mlp.layers()];
  }

  /** Trains on the batch in {@link #input()}; returns its mean cross-entropy before the update. */
  double train(int[] labels, double learningRate, SplittableRandom random) {
    double loss = gradient(labels, random);
    update(learningRate);
    return loss;
  }

  /** Forward with dropout and backward: leaves d (sum of losses) / d z of every layer in deltas. */
  double gradient(int[] labels, SplittableRandom random) {
    int last = mlp.layers() - 1;
    inputDropout.apply(activations[0], random);
    for (int layer = 0; layer <= last; layer++) {
      forward(layer);
      if (layer < last) {
        hiddenDropout.apply(activations[layer + 1], random);
      }
    }
    double loss = SoftmaxCrossEntropy.lossAndGradient(activations[last + 1], labels, deltas[last]);
    for (int layer = last; layer > 0; layer--) {
      deltas[layer - 1].product(1, mlp.weight(layer), deltas[layer], 0);
      gate(deltas[layer - 1], activations[layer]);
    }
    return loss;
  }

  /** v = mu v - (eta / B) x delta', w = w + v, then the max-norm projection of hidden units. */
  private void update(double learningRate) {
    double step = -learningRate / batch;
    int last = mlp.layers() - 1;
    for (int layer = 0; layer <= last; layer++) {
      Matrix weight = mlp.weight(layer);
      Matrix v = velocity.weight(layer);
      v.productTransposed(step, activations[layer], deltas[layer], momentum);
      if (layer < last) {
        maxNorm.addAndProject(weight, v);
      } else {
        weight.array().addi(v.array());
      }
      updateBias(layer, (float) step);
    }
  }

  private void updateBias(int layer, float step) {
    float[] bias = mlp.bias(layer);
    float[] v = velocity.bias(layer);
    float[] sum = new float[bias.length];
    FloatBuffer delta = deltas[layer].values();
    for (int example = 0; example < batch; example++) {
      int at = example * sum.length;
      for (int unit = 0; unit < sum.length; unit++) {
        sum[unit] += delta.get(at + unit);
      }
    }
    for (int unit = 0; unit < bias.length; unit++) {
      v[unit] = (float) momentum * v[unit] + step * sum[unit];
      bias[unit] += v[unit];
    }
  }

  /** z = w' x + b, and h = max(z, 0) where the layer is hidden. */
  private void forward(int layer) {
    activations[layer + 1].transposedProduct(mlp.weight(layer), activations[layer]);
    FloatBuffer z = activations[layer + 1].values();
    float[] bias = mlp.bias(layer);
    float floor = layer < mlp.layers() - 1 ? 0 : Float.NEGATIVE_INFINITY;
    for (int example = 0; example < batch; example++) {
      int at = example * bias.length;
      for (int unit = 0; unit < bias.length; unit++) {
        z.put(at + unit, Math.max(z.get(at + unit) + bias[unit], floor));
      }
    }
  }

  /** delta = delta dh/dz: times the dropout scale where the unit was active and kept, else 0. */
  private void gate(Matrix delta, Matrix hidden) {
    FloatBuffer d = delta.values();
    FloatBuffer h = hidden.values();
    float scale = hiddenDropout.scale();
    for (int i = 0; i < delta.length(); i++) {
      d.put(i, d.get(i) * scale * Math.signum(h.get(i)));
    }
  }
}
