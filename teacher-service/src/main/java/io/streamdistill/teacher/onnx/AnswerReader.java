package io.streamdistill.teacher.onnx;

import io.streamdistill.records.target.ProbabilityFloor;
import io.streamdistill.records.target.Softmax;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Turns a row of a model's numbers into log-probabilities. A single number is the second of two
 * classes: its probability, or its logit against 0.
 *
 * @param probabilities whether the numbers are, or else logits
 * @param floor what stands for smaller probabilities; empty for {@link ProbabilityFloor}'s own
 */
record AnswerReader(boolean probabilities, OptionalDouble floor) {

  /**
   * Reads a row.
   *
   * @param out (classes), overwritten with natural logarithms at T
   * @return what is wrong with it: then {@code out} holds nothing of use
   */
  Optional<String> read(Answers answers, int row, double temperature, double[] out) {
    answers.row(row, out);
    boolean single = answers.columns() == 1;
    if (single) {
      out[1] = out[0];
      out[0] = probabilities ? 1 - out[1] : 0;
    }
    Optional<String> problem = probabilities ? logOfProbabilities(out) : checkedLogits(out);
    if (problem.isEmpty()) {
      Softmax.logSoftmax(out, temperature);
    }
    return problem;
  }

  private static Optional<String> checkedLogits(double[] logits) {
    for (int c = 0; c < logits.length; c++) {
      if (!Double.isFinite(logits[c])) {
        return Optional.of("logit %s for class %d".formatted(logits[c], c));
      }
    }
    return Optional.empty();
  }

  private Optional<String> logOfProbabilities(double[] values) {
    double sum = 0;
    boolean zeros = false;
    for (int c = 0; c < values.length; c++) {
      if (!Distribution.isProbability(values[c])) { // or NaN
        return Optional.of("probability %s for class %d".formatted(values[c], c));
      }
      sum += values[c];
      zeros |= values[c] <= 0;
    }
    if (Math.abs(sum - 1) > Distribution.TOLERANCE) {
      return Optional.of("probabilities with the sum " + sum);
    }
    if (floor.isPresent()) {
      ProbabilityFloor.raise(values, floor.getAsDouble());
    } else if (zeros) {
      ProbabilityFloor.raiseZeros(values);
    }
    for (int c = 0; c < values.length; c++) {
      values[c] = Math.log(values[c]);
    }
    return Optional.empty();
  }
}
