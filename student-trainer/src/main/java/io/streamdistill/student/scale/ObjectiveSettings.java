package io.streamdistill.student.scale;

import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.config.AutoNumber;
import io.streamdistill.engine.OutputScale;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.engine.objective.ObjectiveConfig;
import io.streamdistill.engine.objective.Term;
import java.util.List;

/**
 * What is minimised, {@code (1-a) [T^2 CE(teacher, student at T) + b CE(teacher, student)] + a
 * CE(label, student)}.
 *
 * @param temperature T of the soft term, > 0, or auto: the spread of the teacher's logits; default
 *     auto
 * @param hardWeight share a of the hard term, in [0, 1]; default 0.1
 * @param sharpWeight b, weight of the soft term at T = 1, >= 0; default 1
 * @param logitScale unit that the output layer is trained in, > 0, or auto: the spread of the
 *     teacher's logits, less in wide nets; default auto
 * @param clip largest gradient of a record with respect to its logits, in units of T, > 0; default
 *     10
 */
public record ObjectiveSettings(
    AutoNumber temperature,
    double hardWeight,
    double sharpWeight,
    AutoNumber logitScale,
    double clip) {

  /** Validates. */
  public ObjectiveSettings {
    new DistillationConfig(
        temperature.orElse(1), hardWeight, logitScale.orElse(1), 1, sharpWeight, clip);
  }

  /** Terms of its loss. */
  public List<Term> terms() {
    return DistillationConfig.TERMS;
  }

  /** With what was measured in the place of auto. */
  public ObjectiveConfig config(StudentScales scales) {
    return new DistillationConfig(
        temperature.orElse(scales.temperature()),
        hardWeight,
        scales.logitScale(),
        hardTemperature(scales.spread()),
        sharpWeight,
        clip);
  }

  /** h: 1, or the spread of the teacher's logits where that is less. */
  double hardTemperature(double spread) {
    return logitScale.isAuto() && spread > 0 && spread < 1 ? spread : 1;
  }

  /**
   * The part that depends on what is measured.
   *
   * @param width inputs of the network's output layer
   */
  public ObjectiveChoice choice(long width) {
    return new ObjectiveChoice(
        temperature.orElse(Double.NaN),
        sharpWeight,
        this::hardTemperature,
        spread -> logitScale.orElse(OutputScale.unit(spread, width)));
  }
}
