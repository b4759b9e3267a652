package io.streamdistill.student.source;

import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Features;
import io.streamdistill.records.Standardisation;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.student.objective.TargetBatch;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Turns targets into rows of a batch: features as the student sees them, and the teacher's
 * distribution at the temperature of the objective, whatever the temperature it was published at.
 */
public final class RowFiller {

  private final Features features;
  private final double temperature;
  private final double[] moved; // (classes), log-probabilities at the temperature of the objective
  private final float[] distribution; // (classes)

  /**
   * Creates a filler.
   *
   * @param standardisation of the features; null for none
   * @param temperature of the objective, T > 0
   */
  public RowFiller(
      FeatureContract contract,
      @Nullable Standardisation standardisation,
      int classes,
      double temperature) {
    this.features = new Features(contract, standardisation);
    this.temperature = temperature;
    this.moved = new double[classes];
    this.distribution = new float[classes];
  }

  /**
   * Writes a fit target into row {@code row}.
   *
   * @param logProbabilities of the target, (classes), at its own temperature
   * @param input (batch, features), row-major
   */
  public void fill(
      Target target, double[] logProbabilities, int row, FloatBuffer input, TargetBatch targets) {
    input.position(row * features.contract().length());
    features.decode(target.example().features(), input);
    System.arraycopy(logProbabilities, 0, moved, 0, moved.length);
    TargetCodec.retemper(moved, target.answer().temperature(), temperature);
    for (int k = 0; k < distribution.length; k++) {
      distribution[k] = (float) Math.exp(moved[k]);
    }
    Integer label = target.example().label();
    targets.set(
        row,
        distribution,
        label == null ? TargetBatch.UNLABELLED : label,
        target.example().weight());
  }
}
