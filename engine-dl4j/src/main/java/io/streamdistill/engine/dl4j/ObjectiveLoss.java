package io.streamdistill.engine.dl4j;

import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.Objective;
import io.streamdistill.engine.objective.TargetBatch;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;

/**
 * The objective as DL4J's output layer calls it.
 *
 * <p>The labels that DL4J passes in are ignored: temperature, labels and weights do not fit into
 * them. The {@link Dl4jStep} that owns the network binds the loss to its own targets; unbound, as
 * in a configuration just read, it refuses to compute.
 */
@JsonAutoDetect(
    fieldVisibility = JsonAutoDetect.Visibility.NONE,
    getterVisibility = JsonAutoDetect.Visibility.NONE,
    isGetterVisibility = JsonAutoDetect.Visibility.NONE)
final class ObjectiveLoss implements org.nd4j.linalg.lossfunctions.ILossFunction {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable Objective objective;
  private transient @Nullable TargetBatch targets; // of the present step
  private transient BatchLoss last = BatchLoss.EMPTY;

  /** Unbound: a placeholder in a configuration. */
  ObjectiveLoss() {
    objective = null;
  }

  ObjectiveLoss(Objective objective) {
    this.objective = objective;
  }

  /** The next passes are over rows with these targets. */
  void bind(TargetBatch next) {
    targets = next;
  }

  /** What the last forward or backward pass found. */
  BatchLoss last() {
    return last;
  }

  private static <T> T bound(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("this network is trained by its engine, not through fit()");
    }
    return part;
  }

  @Override
  public double computeScore(
      INDArray labels,
      INDArray logits, // (rows, classes)
      IActivation activation,
      @Nullable INDArray mask,
      boolean average) {
    NativeFloats.fetch(logits);
    int rows = Math.toIntExact(logits.size(0));
    last = bound(objective).value(NativeFloats.matrix(logits), bound(targets), rows);
    return average ? last.total() : last.total() * rows;
  }

  /** The gradient of the sum: DL4J's updater divides by the batch. */
  @Override
  public INDArray computeGradient(
      INDArray labels,
      INDArray logits, // (rows, classes)
      IActivation activation,
      @Nullable INDArray mask) {
    NativeFloats.fetch(logits);
    int rows = Math.toIntExact(logits.size(0));
    INDArray gradient = logits.ulike(); // (rows, classes), in DL4J's current workspace
    last =
        bound(objective)
            .valueAndGradient(
                NativeFloats.matrix(logits),
                bound(targets),
                rows,
                NativeFloats.matrix(gradient),
                rows);
    NativeFloats.publish(gradient);
    return gradient;
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels,
      INDArray logits,
      IActivation activation,
      @Nullable INDArray mask,
      boolean average) {
    INDArray gradient = computeGradient(labels, logits, activation, mask);
    return Pair.of(average ? last.total() : last.total() * last.rows(), gradient);
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray logits, IActivation activation, @Nullable INDArray mask) {
    throw new UnsupportedOperationException("the distillation loss reports sums over a batch");
  }

  @Override
  public String name() {
    return "distillation";
  }
}
