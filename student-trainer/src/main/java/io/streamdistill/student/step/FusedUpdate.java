package io.streamdistill.student.step;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * DL4J's optimizers with their weight decay, each in one pass over parameters, gradient and state
 * instead of several.
 *
 * <p>Same formulas, same layout of the state. Blocks that fit the first-level cache are copied out
 * of native memory and back, because only loops over arrays are vectorised by the JIT compiler.
 */
final class FusedUpdate {

  /** Floats of one block. */
  private static final int BLOCK = 2048;

  /** Half the distance of the floats around it is 6e-38, and the least normal float 1.2e-38. */
  private static final float TINY = 1e-30f;

  /**
   * Parameters that decay alike: the weights of a layer, or its biases.
   *
   * @param weightDecay of each of them, >= 0
   * @param rateFactor what their learning rate is multiplied by; their decay's is not
   */
  private record Span(int from, int to, double weightDecay, float rateFactor) {
    /** What a step leaves of a parameter; 1 is exact. */
    float kept(float learningRate) {
      return (float) (1 - learningRate * weightDecay);
    }
  }

  /** An optimizer's formula over one block. */
  private interface Kernel {
    void begin(float learningRate, int iteration);

    /** Updates the parameters from {@code at}, at most {@link #BLOCK}. */
    void block(int at, int length, float kept, float rateFactor);
  }

  /** Parameters of a thread at the least: small updates are not worth waking another. */
  private static final int ENOUGH_FOR_A_THREAD = 100_000;

  private final List<List<Span>> parts; // one per thread
  private final List<Kernel> kernels; // one per part: each has arrays of its own

  private FusedUpdate(List<List<Span>> parts, Supplier<Kernel> kernel) {
    this.parts = parts;
    this.kernels = parts.stream().map(part -> kernel.get()).toList();
  }

  /**
   * The update that an updater with state stands for; plain SGD is part of the gemm instead.
   *
   * @param outputFactor what the learning rate of the last layer is multiplied by
   * @param threads at most, >= 1; the bits do not depend on it
   */
  static FusedUpdate of(
      IUpdater updater,
      double weightDecay,
      float outputFactor,
      int threads,
      List<DenseStack.Layer> layers,
      FloatBuffer parameters,
      FloatBuffer gradient,
      FloatBuffer state) {
    List<List<Span>> parts = divided(spans(layers, weightDecay, outputFactor), threads);
    if (updater instanceof Adam adam) {
      return new FusedUpdate(parts, () -> new AdamKernel(adam, parameters, gradient, state));
    } else if (updater instanceof Nesterovs nesterovs) {
      float momentum = (float) nesterovs.getMomentum();
      return new FusedUpdate(
          parts, () -> new NesterovKernel(momentum, parameters, gradient, state));
    }
    throw new IllegalArgumentException("no fused update for " + updater);
  }

  private static List<Span> spans(
      List<DenseStack.Layer> layers, double weightDecay, float outputFactor) {
    List<Span> spans = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      DenseStack.Layer layer = layers.get(l);
      int biasAt = layer.biasAt();
      float factor = l == layers.size() - 1 ? outputFactor : 1;
      spans.add(new Span(biasAt - layer.in() * layer.out(), biasAt, weightDecay, factor));
      spans.add(new Span(biasAt, biasAt + layer.out(), 0, factor));
    }
    return List.copyOf(spans);
  }

  /** Shares the parameters out, about as many to each thread. */
  private static List<List<Span>> divided(List<Span> spans, int threads) {
    int all = spans.get(spans.size() - 1).to();
    int count = Math.max(1, Math.min(threads, all / ENOUGH_FOR_A_THREAD));
    List<List<Span>> parts = new ArrayList<>();
    for (int part = 0; part < count; part++) {
      int from = (int) ((long) all * part / count);
      int to = (int) ((long) all * (part + 1) / count);
      List<Span> own = new ArrayList<>();
      for (Span span : spans) {
        int start = Math.max(from, span.from());
        int end = Math.min(to, span.to());
        if (start < end) {
          own.add(new Span(start, end, span.weightDecay(), span.rateFactor()));
        }
      }
      parts.add(List.copyOf(own));
    }
    return List.copyOf(parts);
  }

  /**
   * One update.
   *
   * @param iteration steps before this one
   */
  void apply(float learningRate, int iteration) {
    if (parts.size() == 1) {
      apply(0, learningRate, iteration);
    } else {
      IntStream.range(0, parts.size())
          .parallel()
          .forEach(part -> apply(part, learningRate, iteration));
    }
  }

  private void apply(int part, float learningRate, int iteration) {
    Kernel kernel = kernels.get(part);
    kernel.begin(learningRate, iteration);
    for (Span span : parts.get(part)) {
      float kept = span.kept(learningRate);
      for (int at = span.from(); at < span.to(); at += BLOCK) {
        kernel.block(at, Math.min(BLOCK, span.to() - at), kept, span.rateFactor());
      }
    }
  }

  /**
   * The same, but zero for what is below 1e-37 or so.
   *
   * <p>The weights of a feature that is rarely there, a pixel at the edge, get no gradient for
   * thousands of steps, and their momentum fades into denormal numbers and stays there: 0.9 times
   * the least float is rounded to itself. Processors take a hundred times as long for those.
   */
  private static float withoutDenormals(float state) {
    return (state + TINY) - TINY;
  }

  /** State: velocity v, (parameters). */
  private static final class NesterovKernel implements Kernel {
    private final float momentum;
    private final FloatBuffer parameters;
    private final FloatBuffer gradient;
    private final FloatBuffer velocity;
    private final float[] x = new float[BLOCK];
    private final float[] g = new float[BLOCK];
    private final float[] v = new float[BLOCK];
    private float learningRate;

    private NesterovKernel(
        float momentum, FloatBuffer parameters, FloatBuffer gradient, FloatBuffer velocity) {
      this.momentum = momentum;
      this.parameters = parameters;
      this.gradient = gradient;
      this.velocity = velocity;
    }

    @Override
    public void begin(float learningRate, int iteration) {
      this.learningRate = learningRate;
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
        float[] x,
        float[] g,
        float[] v,
        int length,
        float momentum,
        float kept,
        float learningRate) {
      float ahead = -momentum - 1;
      for (int i = 0; i < length; i++) {
        float carried = momentum * v[i];
        float velocity = carried - learningRate * g[i];
        v[i] = withoutDenormals(velocity);
        x[i] = kept * x[i] - (carried + ahead * velocity);
      }
    }
  }

  /** State: mean m, then uncentred variance v, each (parameters). */
  private static final class AdamKernel implements Kernel {
    private final Adam config;
    private final FloatBuffer parameters;
    private final FloatBuffer gradient;
    private final FloatBuffer state;
    private final float[] x = new float[BLOCK];
    private final float[] g = new float[BLOCK];
    private final float[] m = new float[BLOCK];
    private final float[] v = new float[BLOCK];
    private float rate;

    private AdamKernel(
        Adam config, FloatBuffer parameters, FloatBuffer gradient, FloatBuffer state) {
      this.config = config;
      this.parameters = parameters;
      this.gradient = gradient;
      this.state = state;
    }

    @Override
    public void begin(float learningRate, int iteration) {
      double meanBias = 1 - Math.pow(config.getBeta1(), iteration + 1.0);
      double varianceBias = 1 - Math.pow(config.getBeta2(), iteration + 1.0);
      rate = (float) (learningRate * Math.sqrt(varianceBias) / meanBias);
    }

    @Override
    public void block(int at, int length, float kept, float rateFactor) {
      float beta1 = (float) config.getBeta1();
      float beta2 = (float) config.getBeta2();
      float epsilon = (float) config.getEpsilon();
      int variance = parameters.capacity() + at;
      parameters.get(at, x, 0, length);
      gradient.get(at, g, 0, length);
      state.get(at, m, 0, length);
      state.get(variance, v, 0, length);
      update(x, g, m, v, length, beta1, beta2, epsilon, kept, rate * rateFactor);
      parameters.put(at, x, 0, length);
      state.put(at, m, 0, length);
      state.put(variance, v, 0, length);
    }

    private static void update(
        float[] x,
        float[] g,
        float[] m,
        float[] v,
        int length,
        float beta1,
        float beta2,
        float epsilon,
        float kept,
        float rate) {
      for (int i = 0; i < length; i++) {
        float mean = beta1 * m[i] + (1 - beta1) * g[i];
        float variance = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
        m[i] = withoutDenormals(mean);
        v[i] = withoutDenormals(variance);
        x[i] = kept * x[i] - mean * rate / ((float) Math.sqrt(variance) + epsilon);
      }
    }
  }
}
