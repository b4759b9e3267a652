package io.streamdistill.checkpoints.format;

import java.util.List;

/**
 * How the output biases of a student were corrected after training, without labels: shifted until
 * its mean prediction at T = 1 on probe examples is a given one.
 *
 * @param target where that comes from: {@code teacher} or {@code prior}
 * @param probeTopic soft-target topic that the probe examples were read from
 * @param probeExamples how many there were
 * @param trainedPrediction (classes) mean prediction of the student as it was trained
 * @param wantedPrediction (classes) the mean prediction that the shifts were to bring about
 * @param meanPrediction (classes) the mean prediction reached
 * @param biasShift (classes) what the model adds to every logit
 */
public record Calibration(
    String target,
    String probeTopic,
    long probeExamples,
    List<Double> trainedPrediction,
    List<Double> wantedPrediction,
    List<Double> meanPrediction,
    List<Double> biasShift) {

  /** Copies and validates. */
  public Calibration {
    trainedPrediction = List.copyOf(trainedPrediction);
    wantedPrediction = List.copyOf(wantedPrediction);
    meanPrediction = List.copyOf(meanPrediction);
    biasShift = List.copyOf(biasShift);
    for (List<Double> perClass : List.of(trainedPrediction, wantedPrediction, meanPrediction)) {
      if (perClass.size() != biasShift.size()) {
        throw new CheckpointException(
            "calibration has %d shifts and %d mean predictions; there is one of each per class"
                .formatted(biasShift.size(), perClass.size()));
      }
    }
    if (!biasShift.stream().allMatch(Double::isFinite)) {
      throw new CheckpointException("calibration has a shift that is not finite: " + biasShift);
    }
  }
}
