package io.streamdistill.benchmarks.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Measures subjects against a reference on a machine whose speed drifts: in every round each
 * subject runs between two slices of the reference, and is compared with the mean of these two.
 *
 * <pre>round = reference, a, reference, b, reference</pre>
 *
 * @param warmUpRounds rounds that are dropped
 * @param rounds rounds that count, at least 1
 * @param sliceNanos a slice repeats its subject for so long, and at least once
 * @param nanoTime the clock
 */
public record Alternation(int warmUpRounds, int rounds, long sliceNanos, LongSupplier nanoTime) {

  /**
   * What was found of one subject, round by round.
   *
   * @param seconds per run of the subject
   * @param reference seconds per run of the reference, beside it
   */
  public record Finding(Sample seconds, Sample reference) {

    /** Subject over reference, in each round. */
    public Sample ratios() {
      double[] ratios = seconds.values();
      double[] floor = reference.values();
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] /= floor[i];
      }
      return new Sample(ratios);
    }
  }

  /** Runs everything; findings in the order of {@code subjects}. */
  public Map<String, Finding> run(Runnable reference, Map<String, Runnable> subjects) {
    Map<String, List<Double>> seconds = new LinkedHashMap<>();
    Map<String, List<Double>> beside = new LinkedHashMap<>();
    subjects.forEach(
        (name, subject) -> {
          seconds.put(name, new ArrayList<>());
          beside.put(name, new ArrayList<>());
        });
    for (int round = 0; round < warmUpRounds + rounds; round++) {
      double before = slice(reference);
      for (Map.Entry<String, Runnable> subject : subjects.entrySet()) {
        double took = slice(subject.getValue());
        double after = slice(reference);
        if (round >= warmUpRounds) {
          seconds.getOrDefault(subject.getKey(), List.of()).add(took);
          beside.getOrDefault(subject.getKey(), List.of()).add((before + after) / 2);
        }
        before = after;
      }
    }
    Map<String, Finding> findings = new LinkedHashMap<>();
    seconds.forEach(
        (name, values) ->
            findings.put(
                name,
                new Finding(Sample.of(values), Sample.of(beside.getOrDefault(name, List.of())))));
    return findings;
  }

  /** Seconds per run. */
  private double slice(Runnable subject) {
    long start = nanoTime.getAsLong();
    long runs = 0;
    long elapsed;
    do {
      subject.run();
      runs++;
      elapsed = nanoTime.getAsLong() - start;
    } while (elapsed < sliceNanos);
    return elapsed / 1e9 / runs;
  }
}
