package io.streamdistill.cli.evaluate;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * How good, how large and how fast a classifier is.
 *
 * @param errors examples whose largest output is not their label's
 * @param examples examples classified
 * @param parameters learned numbers: elements of every initialiser of rank 1 or more whose elements
 *     are no 32- or 64-bit integers; scalars, such as the scale of the input, are not counted
 * @param modelBytes size of the model's file and of the files with weights beside it, in bytes
 * @param millisPer1000Predictions milliseconds to classify 1,000 examples in one batch, on one
 *     thread; the median of several rounds after a warm-up, without the decoding of the images
 * @param errorsPerClass errors among the examples of each class, by class index
 * @param examplesPerClass examples of each class, by class index
 */
public record Evaluation(
    int errors,
    int examples,
    long parameters,
    long modelBytes,
    double millisPer1000Predictions,
    List<Integer> errorsPerClass,
    List<Integer> examplesPerClass) {

  /** Copies. */
  public Evaluation {
    errorsPerClass = List.copyOf(errorsPerClass);
    examplesPerClass = List.copyOf(examplesPerClass);
  }

  /** Share of the examples that are classified as labelled, in [0, 1]. */
  @JsonProperty
  public double accuracy() {
    return 1 - (double) errors / examples;
  }
}
