package io.streamdistill.teacher.onnx;

import io.streamdistill.teacher.engine.TeacherException;
import java.util.Arrays;

/**
 * Looks at the first answers to real examples: random features, by which the kind was found, may
 * mislead. Thread-safe.
 */
final class KindCheck {

  /** Examples looked at. */
  private static final int EXAMPLES = 1000;

  /** So many rows of logits are no distributions by chance. */
  private static final int ENOUGH = 4;

  /** So many rows are not all bad ones; fewer that are no distributions are rejected one by one. */
  private static final int MANY = 32;

  private final String model;
  private final OutputKind configured;
  private final boolean probabilities;
  private volatile boolean done;
  private int yes;
  private int no;

  KindCheck(String model, OutputKind configured, boolean probabilities) {
    this.model = model;
    this.configured = configured;
    this.probabilities = probabilities;
    this.done = configured == OutputKind.LOGITS; // as the user says, whatever they look like
  }

  /**
   * Looks at the answers to a batch.
   *
   * @throws TeacherException when they are of the other kind; nothing of the batch may be published
   */
  void look(Answers answers, int rows) {
    if (!done) {
      lookAt(answers, rows);
    }
  }

  private synchronized void lookAt(Answers answers, int rows) {
    double[] example = {};
    for (int row = 0; row < rows; row++) {
      double[] numbers = answers.row(row);
      Distribution distribution = Distribution.of(numbers);
      yes += distribution == Distribution.YES ? 1 : 0;
      no += distribution == Distribution.NO ? 1 : 0;
      boolean against = distribution == (probabilities ? Distribution.NO : Distribution.YES);
      example = against ? numbers : example;
    }
    if (probabilities && no > yes && no >= MANY) {
      throw refused("no distributions", "probabilities", "logits", example);
    }
    if (!probabilities && answers.columns() > 1 && no == 0 && yes >= ENOUGH) {
      throw refused("distributions", "logits", "probabilities", example);
    }
    done = yes + no >= EXAMPLES;
  }

  private TeacherException refused(String found, String read, String remedy, double[] example) {
    return new TeacherException(
        "%s: its answers to the first %d examples are %s, such as %s, but were read as %s, as %s; set the member's output to %s"
            .formatted(
                model,
                yes + no,
                found,
                text(example),
                read,
                configured == OutputKind.AUTO
                    ? "those to random features look"
                    : "the member's output says",
                remedy));
  }

  private static String text(double[] numbers) {
    int few = 10;
    return numbers.length <= few
        ? Arrays.toString(numbers)
        : Arrays.toString(Arrays.copyOf(numbers, few)).replace("]", ", ...]");
  }
}
