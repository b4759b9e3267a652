package io.streamdistill.experiments.mnist;

import java.nio.FloatBuffer;

/** Projects the incoming weights of every unit onto the ball of a given Euclidean radius. */
final class MaxNorm {
  private final double radius;

  MaxNorm(double radius) {
    this.radius = radius;
  }

  /** weight += velocity, column by column, then ||column|| <= radius, both (in, out). */
  void addAndProject(Matrix weight, Matrix velocity) {
    int in = weight.rows();
    FloatBuffer w = weight.values();
    FloatBuffer v = velocity.values();
    for (int unit = 0; unit < weight.columns(); unit++) {
      int from = unit * in;
      int to = from + in;
      float s0 = 0;
      float s1 = 0;
      float s2 = 0;
      float s3 = 0;
      int i = from;
      for (; i + 3 < to; i += 4) {
        float a = w.get(i) + v.get(i);
        float b = w.get(i + 1) + v.get(i + 1);
        float c = w.get(i + 2) + v.get(i + 2);
        float d = w.get(i + 3) + v.get(i + 3);
        w.put(i, a);
        w.put(i + 1, b);
        w.put(i + 2, c);
        w.put(i + 3, d);
        s0 += a * a;
        s1 += b * b;
        s2 += c * c;
        s3 += d * d;
      }
      for (; i < to; i++) {
        float a = w.get(i) + v.get(i);
        w.put(i, a);
        s0 += a * a;
      }
      double norm = Math.sqrt((double) s0 + s1 + s2 + s3);
      if (norm > radius) {
        float shrink = (float) (radius / norm);
        for (int k = from; k < to; k++) {
          w.put(k, w.get(k) * shrink);
        }
      }
    }
  }
}
