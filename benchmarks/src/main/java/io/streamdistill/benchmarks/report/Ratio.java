package io.streamdistill.benchmarks.report;

import io.streamdistill.benchmarks.measure.Sample;

/**
 * A ratio that was measured.
 *
 * @param key names it
 * @param rounds its value in each round
 */
public record Ratio(String key, Sample rounds) {

  /** The median over the rounds. */
  public double value() {
    return rounds.median();
  }
}
