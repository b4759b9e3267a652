package io.streamdistill.teacher.topology;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often the teacher is right about examples that carry a label: the first sign of a wrong
 * scale, or of classes in another order. Thread-safe.
 */
final class TeacherAccuracy {

  private static final Logger log = LoggerFactory.getLogger(TeacherAccuracy.class);

  /** Newest labelled examples that the accuracy is of. */
  private static final int WINDOW = 1000;

  /** Labelled examples between two looks. */
  private static final int LOOK_EVERY = 100;

  /** How much better than guessing a sound teacher is in any case, as a factor. */
  private static final double BETTER = 1.5;

  private final int[] labels = new int[WINDOW];
  private final boolean[] right = new boolean[WINDOW];
  private final Counter labelled;
  private final Counter correct;
  private long seen;
  private long nextReport = LOOK_EVERY;
  private boolean poor;

  TeacherAccuracy(MeterRegistry registry) {
    labelled =
        Counter.builder("distill.teacher.labelled")
            .description("Examples scored that carry a label")
            .register(registry);
    correct =
        Counter.builder("distill.teacher.correct")
            .description("Examples of those whose label is the teacher's most probable class")
            .register(registry);
    Gauge.builder("distill.teacher.accuracy", this, TeacherAccuracy::value)
        .description("Share of the newest 1,000 labelled examples that the teacher is right about")
        .register(registry);
  }

  /**
   * Takes a scored example.
   *
   * @param logProbabilities (classes) of the teacher
   */
  synchronized void add(int label, double[] logProbabilities) {
    boolean hit = true; // a tie is not the teacher's opinion
    for (int c = 0; c < logProbabilities.length; c++) {
      hit &= c == label || logProbabilities[c] < logProbabilities[label];
    }
    int slot = (int) (seen++ % WINDOW);
    labels[slot] = label;
    right[slot] = hit;
    labelled.increment();
    correct.increment(hit ? 1 : 0);
    if (seen % LOOK_EVERY == 0) {
      look(logProbabilities.length);
    }
  }

  /** Examples taken so far. */
  double labelled() {
    return labelled.count();
  }

  /** Accuracy over the window; NaN before the first label. */
  synchronized double value() {
    int count = count();
    int hits = 0;
    for (int i = 0; i < count; i++) {
      hits += right[i] ? 1 : 0;
    }
    return count == 0 ? Double.NaN : (double) hits / count;
  }

  private int count() {
    return (int) Math.min(seen, WINDOW);
  }

  private void look(int classes) {
    double accuracy = value();
    Map<Integer, int[]> byLabel = new HashMap<>(); // label: examples, right ones
    for (int i = 0; i < count(); i++) {
      int[] counts = byLabel.computeIfAbsent(labels[i], label -> new int[2]);
      counts[0]++;
      counts[1] += right[i] ? 1 : 0;
    }
    double majority =
        byLabel.values().stream().mapToInt(counts -> counts[0]).max().orElse(0) / (double) count();
    double recall =
        byLabel.values().stream().mapToDouble(c -> (double) c[1] / c[0]).average().orElse(0);
    double chance = 1.0 / (byLabel.size() > 1 ? byLabel.size() : classes);
    // Where nearly all labels are the same, a sound teacher is below the majority as well.
    boolean poorNow = accuracy <= majority && recall <= BETTER * chance;
    report(accuracy, majority, poorNow);
  }

  private void report(double accuracy, double majority, boolean poorNow) {
    if (poorNow && (!poor || seen >= nextReport)) {
      log.warn(
          "The teacher is right about {} of the newest {} labelled examples; always naming the most"
              + " frequent label would be right about {}. Check that it sees features as it was"
              + " trained on (teacher.features.scale and offset), that classes.names are in the order"
              + " of its outputs, the member's output and output-name, and the labels",
          rounded(accuracy),
          count(),
          rounded(majority));
    } else if (seen >= nextReport || (poor && !poorNow)) {
      log.info(
          "The teacher is right about {} of the newest {} labelled examples; the most frequent label"
              + " is that of {}",
          rounded(accuracy),
          count(),
          rounded(majority));
    }
    poor = poorNow;
    while (seen >= nextReport) {
      nextReport *= 10;
    }
  }

  private static double rounded(double share) {
    return Math.round(share * 1000) / 1000.0;
  }
}
