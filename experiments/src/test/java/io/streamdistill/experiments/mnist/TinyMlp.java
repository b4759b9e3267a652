package io.streamdistill.experiments.mnist;

import java.util.Random;
import java.util.SplittableRandom;

/** Small nets and data for tests. */
final class TinyMlp {
  private TinyMlp() {}

  /** No jitter, no effective max-norm, no momentum: what a test wants to see, it sets. */
  static TeacherSettings settings(int batch, double dropout, double maxNorm, double momentum) {
    return new TeacherSettings(4, batch, 0.1, momentum, dropout, dropout, maxNorm, 0, 3);
  }

  static MlpWeights weights(int... widths) {
    return MlpWeights.gaussian(new SplittableRandom(11), widths);
  }

  /** Writes standard normal inputs, the same for the same seed. */
  static void fill(DropoutMlp net, int length, long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < length; i++) {
      net.input().put(i, (float) random.nextGaussian());
    }
  }
}
