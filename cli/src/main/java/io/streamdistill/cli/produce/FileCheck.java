package io.streamdistill.cli.produce;

import io.streamdistill.cli.source.ExampleSource;
import io.streamdistill.cli.source.Excerpt;
import io.streamdistill.cli.source.LeftOut;
import io.streamdistill.cli.source.Row;
import io.streamdistill.cli.source.Row.Fault;
import io.streamdistill.records.Counted;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole file and reports every row that is not fit, without sending anything: what would be
 * skipped, or stop a production, before it begins.
 */
final class FileCheck {

  /** Rows that are shown; the others are only counted. */
  static final int SHOWN = 100;

  private final Path file;
  private final String idPrefix;
  private final PrintWriter out;
  private final Map<Fault, Long> unfit = new EnumMap<>(Fault.class);
  private final Map<Fault, Long> asked = new EnumMap<>(Fault.class);
  private final IdSet ids = IdSet.forHeap();
  private long rows;
  private long labelled;
  private long shown;
  private long doubled;
  private String firstDoubled = "";

  /**
   * Creates the check.
   *
   * @param out told every row that is not fit, and a summary
   */
  FileCheck(Path file, String idPrefix, PrintWriter out) {
    this.file = file;
    this.idPrefix = idPrefix;
    this.out = out;
  }

  /**
   * Reads the rows.
   *
   * @param limit rows read, at most
   * @return whether all are fit, or left out as asked
   * @throws IOException when the file cannot be read to its end; what was found is told before
   */
  boolean run(ExampleSource.Opener opener, long limit) throws IOException {
    try (ExampleSource source = opener.open()) {
      for (Row row = next(source, limit); row != null; row = next(source, limit)) {
        rows++;
        take(row);
      }
    } catch (IOException e) {
      if (rows > 0) {
        summarise();
      }
      throw e;
    }
    summarise();
    return unfit.isEmpty();
  }

  private @Nullable Row next(ExampleSource source, long limit) throws IOException {
    return rows < limit ? source.next() : null;
  }

  private void take(Row row) {
    if (row instanceof Row.Example example) {
      if (example.label() != null) {
        labelled++;
      }
      String id = example.id() == null ? idPrefix + example.index() : example.id();
      if (!ids.add(id)) {
        if (doubled++ == 0) {
          firstDoubled = id;
        }
      }
    } else if (row instanceof Row.Malformed malformed) {
      (malformed.asked() ? asked : unfit).merge(malformed.fault(), 1L, Long::sum);
      if (!malformed.asked() && shown++ < SHOWN) {
        out.println(malformed);
      }
    }
  }

  private void summarise() {
    long bad = sum(unfit);
    long left = sum(asked);
    if (shown > SHOWN) {
      out.printf(Locale.ROOT, "... and %,d more%n", shown - SHOWN);
    }
    out.printf(
        Locale.ROOT,
        "checked %s of %s: %,d fit (%,d labelled), %,d not fit%s; nothing was sent%n",
        Counted.of(rows, "row"),
        file,
        rows - bad - left,
        labelled,
        bad,
        bad == 0 ? "" : " (" + LeftOut.describe(unfit) + ")");
    if (left > 0) {
      out.printf("left out as asked: %s%n", LeftOut.describe(asked));
    }
    if (doubled > 0) {
      out.printf(
          "%s with an id that an earlier one has, the first is '%s'; --skip-sent sends each id once%n",
          Counted.of(doubled, "row"), Excerpt.of(firstDoubled));
    }
    out.flush();
  }

  private static long sum(Map<Fault, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
