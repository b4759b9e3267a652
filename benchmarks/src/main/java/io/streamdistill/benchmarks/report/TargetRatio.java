package io.streamdistill.benchmarks.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A ratio that every run reports, and what it should be on a machine with two cores.
 *
 * @param key in the object {@code ratios}
 * @param bound null where there is none, since the figure is there to be compared with
 * @param atMost whether the bound is the largest good value, or the smallest
 * @param what in a few words, for the table
 */
public record TargetRatio(String key, @Nullable Double bound, boolean atMost, String what) {

  /** In the order of the table. */
  public static final List<TargetRatio> ALL =
      List.of(
          atMost("student.sgd.512", 1.06, "student step / floor, SGD, batch 512"),
          atMost("student.nesterov.512", 1.12, "student step / floor, Nesterov, batch 512"),
          atMost("student.adam.512", 1.20, "student step / floor, Adam, batch 512"),
          atMost("student.sgd.128", 1.12, "student step / floor, SGD, batch 128"),
          atMost("student.adam.128", 1.45, "student step / floor, Adam, batch 128"),
          toCompare("peer.sgd.512", "PyTorch step / floor, SGD, batch 512"),
          toCompare("peer.adam.512", "PyTorch step / floor, Adam, batch 512"),
          new TargetRatio(
              "topic.vs.memory", 0.95, false, "training from the topic / from memory, throughput"),
          atMost("teacher.cpu", 1.25, "teacher-service / ONNX Runtime, CPU per record"),
          atMost("pipeline.cpu", 1.30, "whole pipeline / both floors, CPU per record"),
          atMost("second.student.teacher.calls", 0, "teacher calls for a second student"),
          atMost("checkpoint.stall", 0.01, "share of time, one checkpoint every 10 s"),
          atMost("follow.p99.vs.budget", 1, "p99 publish to followed directory switched / 5 s"),
          atMost("rss.slope.per.million", 0.01, "growth of RSS per million records"),
          atMost("latency.p99.vs.budget", 1, "p99 event to soft target / (linger + 2 batches)"));

  private static TargetRatio atMost(String key, double bound, String what) {
    return new TargetRatio(key, bound, true, what);
  }

  private static TargetRatio toCompare(String key, String what) {
    return new TargetRatio(key, null, true, what);
  }

  /** The target of a ratio, if it has one. */
  static Optional<TargetRatio> of(String key) {
    return ALL.stream().filter(target -> target.key().equals(key)).findFirst();
  }

  /** Whether {@code value} is good; empty without a bound. */
  Optional<Boolean> metBy(double value) {
    return bound == null ? Optional.empty() : Optional.of(atMost ? value <= bound : value >= bound);
  }

  /** The bound as the table shows it. */
  String text() {
    return bound == null
        ? "-"
        : String.format(
            Locale.ROOT, bound == 0 ? "%s %.0f" : "%s %.2f", atMost ? "<=" : ">=", bound);
  }
}
