package io.streamdistill.cli.source;

import io.streamdistill.cli.source.Row.Fault;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rows of a source that are left out: counted by reason, and the first of each shown. */
public final class LeftOut {

  private static final Logger log = LoggerFactory.getLogger(LeftOut.class);

  /** Rows of one reason that are shown; the others are only counted. */
  private static final int SHOWN = 5;

  private final boolean skip;
  private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);

  /**
   * Creates the count.
   *
   * @param skip whether rows that are not fit may be left out at all
   */
  public LeftOut(boolean skip) {
    this.skip = skip;
  }

  /**
   * Leaves a row out.
   *
   * @throws UnfitRowException when that is not to be
   */
  public void add(Row.Malformed row) {
    if (!skip && !row.asked()) {
      throw new UnfitRowException(
          row + "; correct the row, or leave such rows out with --on-error skip");
    }
    long count = counts.merge(row.fault(), 1L, Long::sum);
    if (count <= SHOWN) {
      log.warn("skipped {}", row);
    }
    if (count == SHOWN) {
      log.warn("further rows skipped for {} are only counted", row.fault().label());
    }
  }

  /** Rows left out so far, by reason. */
  public Map<Fault, Long> counts() {
    return counts;
  }

  /**
   * Describes counts, such as {@code 2 bad-feature, 1 unknown-label}; empty when there are none.
   */
  public static String describe(Map<Fault, Long> counts) {
    return counts.entrySet().stream()
        .map(
            entry -> String.format(Locale.ROOT, "%,d %s", entry.getValue(), entry.getKey().label()))
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
