package io.streamdistill.checkpoints.log;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far the hold-out was filled that the gate judges a checkpoint on, as the checkpoint's metrics
 * say.
 *
 * @param examples held out by then
 * @param required for a decision
 */
public record GateProgress(long examples, long required) {

  /** Metric: held-out examples. */
  public static final String EXAMPLES = "hold_out_examples";

  /** Metric: held-out examples that a decision takes. */
  public static final String REQUIRED = "hold_out_required";

  /** Both. */
  public static final List<String> METRICS = List.of(EXAMPLES, REQUIRED);

  /** What the metrics of a checkpoint say; empty when there is no gate. */
  public static Optional<GateProgress> of(Map<String, Double> metrics) {
    Double examples = metrics.get(EXAMPLES);
    Double required = metrics.get(REQUIRED);
    return examples == null || required == null
        ? Optional.empty()
        : Optional.of(new GateProgress(examples.longValue(), required.longValue()));
  }

  /** Whether the gate could not decide yet. */
  public boolean isWaiting() {
    return examples < required;
  }

  @Override
  public String toString() {
    return "%d of %d held-out examples".formatted(examples, required);
  }
}
