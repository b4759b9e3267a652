package io.streamdistill.engine.dl4j;

import static io.streamdistill.engine.dl4j.UpdateKernel.withoutDenormals;

import java.nio.FloatBuffer;
import org.nd4j.linalg.learning.config.Adam;

/** Adam. State: mean m, then uncentred variance v, each (parameters). */
final class AdamKernel implements UpdateKernel {

  private final Adam config;
  private final FloatBuffer parameters;
  private final FloatBuffer gradient;
  private final FloatBuffer state;
  private final float[] parameterBlock = new float[BLOCK];
  private final float[] gradientBlock = new float[BLOCK];
  private final float[] meanBlock = new float[BLOCK];
  private final float[] varianceBlock = new float[BLOCK];
  private float rate;

  AdamKernel(Adam config, FusedUpdate.Memory memory) {
    this.config = config;
    this.parameters = memory.parameters();
    this.gradient = memory.gradient();
    this.state = memory.state();
  }

  @Override
  public void begin(float learningRate, int iteration) {
    double meanBias = 1 - Math.pow(config.getBeta1(), iteration + 1.0);
    double varianceBias = 1 - Math.pow(config.getBeta2(), iteration + 1.0);
    rate = (float) (learningRate * Math.sqrt(varianceBias) / meanBias);
  }

  @Override
  public void block(int at, int length, float kept, float rateFactor) {
    int variance = parameters.capacity() + at;
    parameters.get(at, parameterBlock, 0, length);
    gradient.get(at, gradientBlock, 0, length);
    state.get(at, meanBlock, 0, length);
    state.get(variance, varianceBlock, 0, length);
    update(length, kept, rate * rateFactor);
    parameters.put(at, parameterBlock, 0, length);
    state.put(at, meanBlock, 0, length);
    state.put(variance, varianceBlock, 0, length);
  }

  /** On locals: a loop over fields is not vectorised. */
  private void update(int length, float kept, float stepSize) {
    float beta1 = (float) config.getBeta1();
    float beta2 = (float) config.getBeta2();
    float epsilon = (float) config.getEpsilon();
    float[] x = parameterBlock;
    float[] g = gradientBlock;
    float[] m = meanBlock;
    float[] v = varianceBlock;
    for (int i = 0; i < length; i++) {
      float mean = beta1 * m[i] + (1 - beta1) * g[i];
      float variance = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
      m[i] = withoutDenormals(mean);
      v[i] = withoutDenormals(variance);
      x[i] = kept * x[i] - mean * stepSize / ((float) Math.sqrt(variance) + epsilon);
    }
  }
}
