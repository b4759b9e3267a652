package io.streamdistill.student.step;

import io.streamdistill.student.objective.BatchLoss;
import io.streamdistill.student.objective.DistillationObjective;
import io.streamdistill.student.objective.TargetBatch;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;

/**
 * The distillation objective as DL4J's output layer calls it.
 *
 * <p>The labels that DL4J passes in are ignored: temperature, labels and weights do not fit into
 * them. The {@link Dl4jStep} that owns the network binds the loss to its own targets; unbound, as
 * in a configuration just read, it refuses to compute.
 */
@JsonAutoDetect(
    fieldVisibility = JsonAutoDetect.Visibility.NONE,
    getterVisibility = JsonAutoDetect.Visibility.NONE,
    isGetterVisibility = JsonAutoDetect.Visibility.NONE)
final class DistillationLoss implements org.nd4j.linalg.lossfunctions.ILossFunction {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable Binding binding;
  private transient BatchLoss last = BatchLoss.EMPTY;

  private record Binding(DistillationObjective objective, TargetBatch targets) {}

  /** Unbound: a placeholder in a configuration. */
  DistillationLoss() {
    binding = null;
  }

  DistillationLoss(DistillationObjective objective, TargetBatch targets) {
    binding = new Binding(objective, targets);
  }

  /** What the last forward or backward pass found. */
  BatchLoss last() {
    return last;
  }

  private Binding bound() {
    if (binding == null) {
      throw new IllegalStateException(
          "this network is trained through StudentSteps.forNetwork, not through fit()");
    }
    return binding;
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
    last = bound().objective().value(NativeFloats.matrix(logits), bound().targets(), rows);
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
        bound()
            .objective()
            .valueAndGradient(
                NativeFloats.matrix(logits),
                bound().targets(),
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
