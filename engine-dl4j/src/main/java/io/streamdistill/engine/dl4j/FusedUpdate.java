package io.streamdistill.engine.dl4j;

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

  /** What a step reads and writes, (parameters) each, and whatever the optimizer keeps. */
  record Memory(FloatBuffer parameters, FloatBuffer gradient, FloatBuffer state) {}

  /**
   * How parameters decay, and how fast they are learned.
   *
   * @param weightDecay of every layer's weights, >= 0
   * @param outputFactor what the learning rate of the last layer is multiplied by
   */
  record Rates(double weightDecay, float outputFactor) {}

  /** Parameters of a thread at the least: small updates are not worth waking another. */
  private static final int ENOUGH_FOR_A_THREAD = 100_000;

  private final List<List<Span>> parts; // one per thread
  private final List<UpdateKernel> kernels; // one per part: each has arrays of its own

  private FusedUpdate(List<List<Span>> parts, Supplier<UpdateKernel> kernel) {
    this.parts = parts;
    this.kernels = parts.stream().map(part -> kernel.get()).toList();
  }

  /**
   * The update that an updater with state stands for; plain SGD is part of the gemm instead.
   *
   * @param threads at most, >= 1; the bits do not depend on it
   */
  static FusedUpdate of(
      IUpdater updater, Rates rates, int threads, List<DenseStack.Layer> layers, Memory memory) {
    List<List<Span>> parts = divided(spans(layers, rates), threads);
    if (updater instanceof Adam adam) {
      return new FusedUpdate(parts, () -> new AdamKernel(adam, memory));
    } else if (updater instanceof Nesterovs nesterovs) {
      float momentum = (float) nesterovs.getMomentum();
      return new FusedUpdate(parts, () -> new NesterovKernel(momentum, memory));
    }
    throw new IllegalArgumentException("no fused update for " + updater);
  }

  private static List<Span> spans(List<DenseStack.Layer> layers, Rates rates) {
    List<Span> spans = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      DenseStack.Layer layer = layers.get(l);
      int biasAt = layer.biasAt();
      float factor = l == layers.size() - 1 ? rates.outputFactor() : 1;
      spans.add(new Span(biasAt - layer.in() * layer.out(), biasAt, rates.weightDecay(), factor));
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
    UpdateKernel kernel = kernels.get(part);
    kernel.begin(learningRate, iteration);
    for (Span span : parts.get(part)) {
      float kept = span.kept(learningRate);
      for (int at = span.from(); at < span.to(); at += UpdateKernel.BLOCK) {
        kernel.block(at, Math.min(UpdateKernel.BLOCK, span.to() - at), kept, span.rateFactor());
      }
    }
  }
}
