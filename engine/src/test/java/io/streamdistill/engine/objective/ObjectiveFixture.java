package io.streamdistill.engine.objective;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What several tests of DistillationObjective need. */
abstract class ObjectiveFixture {

  static final int BATCH = 6;
  static final int CLASSES = 10;

  static BatchLoss loss(
      int rows, int records, double weight, List<Integer> losses, Agreement judged) {
    return new BatchLoss(
        rows,
        records,
        weight,
        List.of(
            new TermLoss("soft", losses.get(0), losses.get(1)),
            new TermLoss("hard", losses.get(2), losses.get(2))),
        judged);
  }

  static Objective objective(double temperature, double hardWeight) {
    return new DistillationConfig(temperature, hardWeight).objective(CLASSES);
  }

  static double[] gradient(Objective objective, TargetBatch targets, double[] z) {
    double[] gradient = new double[z.length];
    objective.valueAndGradient(
        new DoubleMatrix(z, CLASSES), targets, BATCH, new DoubleMatrix(gradient, CLASSES), 1);
    return gradient;
  }

  static TargetBatch targets(double temperature, double spread, long seed) {
    double[] v = logits(spread, seed);
    var targets = new TargetBatch(BATCH, CLASSES);
    for (int i = 0; i < BATCH; i++) {
      double[] row = Arrays.copyOfRange(v, i * CLASSES, (i + 1) * CLASSES);
      targets.set(i, softmax(row, temperature), TargetBatch.UNLABELLED, 1f);
    }
    return targets;
  }

  static double[] logits(double spread, long seed) {
    var random = new Random(seed);
    return random.doubles(BATCH * CLASSES, -spread, spread).toArray();
  }

  static float[] softmax(double[] z, double temperature) {
    double sum = Arrays.stream(z).map(v -> Math.exp(v / temperature)).sum();
    float[] out = new float[z.length];
    for (int k = 0; k < out.length; k++) {
      out[k] = (float) (Math.exp(z[k] / temperature) / sum);
    }
    return out;
  }
}
