package io.streamdistill.cli.quickstart;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How far every stage is.
 *
 * @param total examples of the transfer set
 * @param produced acknowledged by the broker
 * @param scored published with soft targets
 * @param rejected not fit, gone to the dead-letter topic
 * @param trained trained on, every pass counted
 * @param pass passes completed
 * @param passes passes to make
 * @param testErrors of the newest checkpoint; null while there is none
 */
record Stages(
    long total,
    long produced,
    long scored,
    long rejected,
    long trained,
    int pass,
    int passes,
    @Nullable Integer testErrors) {

  static Stages start(long total, int passes) {
    return new Stages(total, 0, 0, 0, 0, 0, passes, null);
  }

  /**
   * One line of progress.
   *
   * @param earlier what was {@code seconds} ago, for the rates
   */
  String line(Stages earlier, double seconds) {
    return String.format(
        Locale.ROOT,
        "produced %,d/%,d | scored %,d (%,.0f/s), rejected %,d | trained %,d/%,d (%,.0f/s), pass %d/%d"
            + " | test errors so far %s",
        produced,
        total,
        scored,
        rate(scored - earlier.scored, seconds),
        rejected,
        trained,
        total * passes,
        rate(trained - earlier.trained, seconds),
        Math.min(pass + 1, passes),
        passes,
        testErrors == null ? "-" : testErrors.toString());
  }

  private static double rate(long count, double seconds) {
    return seconds > 0 ? Math.max(0, count) / seconds : 0;
  }
}
