package io.streamdistill.teacher.onnx;

import io.streamdistill.teacher.engine.TeacherException;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides whether a model gives logits or probabilities, by what it gives and not by names. */
final class KindOfAnswers {

  private static final Logger log = LoggerFactory.getLogger(KindOfAnswers.class);

  /** Fewer say nothing about sigmoids: so few logits may lie in [0, 1] by chance. */
  private static final int ENOUGH_ROWS = 16;

  private KindOfAnswers() {}

  /**
   * Whether the answers are probabilities.
   *
   * @param rows of the answers to random features
   * @throws TeacherException when nothing can be told from them, and nothing is configured
   */
  static boolean areProbabilities(String model, OutputKind configured, Answers answers, int rows) {
    int yes = 0;
    int no = 0;
    for (int row = 0; row < rows; row++) {
      switch (Distribution.of(answers.row(row))) {
        case YES -> yes++;
        case NO -> no++;
        case UNKNOWN -> {}
      }
    }
    if (configured == OutputKind.AUTO && yes + no == 0) {
      throw new TeacherException(
          "%s gives no finite number for random features, so that logits and probabilities cannot be told apart; check teacher.features, or set the member's output to logits or probabilities"
              .formatted(model));
    }
    boolean found = no == 0;
    switch (configured) {
      case AUTO -> {
        if (!found) {
          warnOfSigmoids(model, answers, rows);
        }
        return found;
      }
      case LOGITS -> {
        if (found && yes > 0 && answers.columns() > 1) {
          log.warn(
              "{}: the member's output says logits, but its answers to random features are"
                  + " distributions; if they are for real ones, set it to probabilities",
              model);
        }
        return false;
      }
      case PROBABILITIES -> {
        if (!found) {
          log.warn(
              "{}: the member's output says probabilities, but its answers to random features are no"
                  + " distributions, such as {}; if they are none for real ones, set it to logits",
              model,
              Arrays.toString(answers.row(0)));
        }
        return true;
      }
    }
    throw new IllegalStateException("no such kind: " + configured);
  }

  private static void warnOfSigmoids(String model, Answers answers, int rows) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (int row = 0; row < rows; row++) {
      double[] numbers = answers.row(row);
      if (!Arrays.stream(numbers).allMatch(Distribution::isProbability)) {
        return;
      }
      double sum = Arrays.stream(numbers).sum();
      least = Math.min(least, sum);
      most = Math.max(most, sum);
    }
    if (rows >= ENOUGH_ROWS) {
      log.warn(
          "{}: all its answers to random features lie in [0, 1], but those of a row sum to {} to {}."
              + " They are read as logits. If each is a probability of its own (sigmoids, one class"
              + " against the rest), export the model without the sigmoid, or with a softmax",
          model,
          least,
          most);
    }
  }
}
