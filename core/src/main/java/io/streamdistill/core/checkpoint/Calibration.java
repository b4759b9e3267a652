package io.streamdistill.core.checkpoint;

import java.util.List;

/**
 * How the output biases of a student were corrected after training, without labels: shifted until
 * its mean prediction at T = 1 on probe examples is a given one.
 *
 * @param target where that comes from: {@code teacher} or {@code prior}
 * @param probeTopic soft-target topic that the probe examples were read from
 * @param probeExamples how many there were
 * @param meanPrediction (classes) the mean prediction reached
 * @param biasShift (classes) what the model adds to every logit
 */
public record Calibration(
    String target,
    String probeTopic,
    long probeExamples,
    List<Double> meanPrediction,
    List<Double> biasShift) {

  /** Copies and validates. */
  public Calibration {
    meanPrediction = List.copyOf(meanPrediction);
    biasShift = List.copyOf(biasShift);
    if (!biasShift.stream().allMatch(Double::isFinite)) {
      throw new CheckpointException("calibration has a shift that is not finite: " + biasShift);
    }
  }
}
