package io.streamdistill.experiments.mnist;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/**
 * Inverted dropout: a unit is zeroed with probability {@code rate}, else scaled by 1 / (1 - rate),
 * so that its expectation stays and the net runs without dropout unchanged.
 */
final class Dropout {
  private final float[] factor; // (2): kept, dropped
  private final long threshold;

  Dropout(double rate) {
    threshold = Math.round((1 - rate) * 0x1p32);
    factor = new float[] {(float) (1 / (1 - rate)), 0};
  }

  float scale() {
    return factor[0];
  }

  /** Without branches, as half of them would be mispredicted; two units a random long. */
  void apply(Matrix units, SplittableRandom random) {
    FloatBuffer values = units.values();
    int pairs = units.length() & ~1;
    for (int i = 0; i < pairs; i += 2) {
      long bits = random.nextLong();
      values.put(i, values.get(i) * factor[dropped(bits >>> 32)]);
      values.put(i + 1, values.get(i + 1) * factor[dropped(bits & 0xffffffffL)]);
    }
    if (pairs < units.length()) {
      values.put(pairs, values.get(pairs) * factor[dropped(random.nextLong() >>> 32)]);
    }
  }

  /** 1 if the 32-bit number is at or above the threshold, else 0. */
  private int dropped(long uniform) {
    return (int) ((threshold - 1 - uniform) >>> 63);
  }
}
