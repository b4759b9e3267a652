package io.streamdistill.engine.dl4j;

import static io.streamdistill.engine.dl4j.UpdateKernel.withoutDenormals;

import java.nio.FloatBuffer;

/** Nesterov's accelerated gradient. State: velocity v, (parameters). */
final class NesterovKernel implements UpdateKernel {

  private final float momentum;
  private final FloatBuffer parameters;
  private final FloatBuffer gradient;
  private final FloatBuffer velocity;
  private final float[] x = new float[BLOCK];
  private final float[] g = new float[BLOCK];
  private final float[] v = new float[BLOCK];
  private float learningRate;

  NesterovKernel(float momentum, FusedUpdate.Memory memory) {
    this.momentum = momentum;
    this.parameters = memory.parameters();
    this.gradient = memory.gradient();
    this.velocity = memory.state();
  }

  @Override
  public void begin(float rate, int iteration) {
    this.learningRate = rate;
  }

  @Override
  public void block(int at, int length, float kept, float rateFactor) {
    parameters.get(at, x, 0, length);
    gradient.get(at, g, 0, length);
    velocity.get(at, v, 0, length);
    update(x, g, v, length, momentum, kept, learningRate * rateFactor);
    parameters.put(at, x, 0, length);
    velocity.put(at, v, 0, length);
  }

  private static void update(
      float[] x, float[] g, float[] v, int length, float momentum, float kept, float rate) {
    float ahead = -momentum - 1;
    for (int i = 0; i < length; i++) {
      float carried = momentum * v[i];
      float velocity = carried - rate * g[i];
      v[i] = withoutDenormals(velocity);
      x[i] = kept * x[i] - (carried + ahead * velocity);
    }
  }
}
