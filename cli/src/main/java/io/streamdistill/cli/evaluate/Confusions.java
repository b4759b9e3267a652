package io.streamdistill.cli.evaluate;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often a classifier answers which class where another one is true. */
final class Confusions {

  /**
   * A pair of classes that are taken for each other.
   *
   * @param truth class index
   * @param answer class index, another one
   */
  record Confusion(int truth, int answer, long count) {}

  private final Map<Long, Long> counts = new HashMap<>(); // a matrix of 10,000 classes is too large

  void add(int truth, int answer) {
    if (truth != answer) {
      counts.merge((long) truth << Integer.SIZE | answer, 1L, Long::sum);
    }
  }

  /** The most frequent ones, at most {@code most}. */
  List<Confusion> largest(int most) {
    return counts.entrySet().stream()
        .map(
            entry ->
                new Confusion(
                    (int) (entry.getKey() >>> Integer.SIZE),
                    (int) (long) entry.getKey(),
                    entry.getValue()))
        .sorted(
            Comparator.comparingLong(Confusion::count)
                .reversed()
                .thenComparingInt(Confusion::truth)
                .thenComparingInt(Confusion::answer))
        .limit(most)
        .toList();
  }
}
