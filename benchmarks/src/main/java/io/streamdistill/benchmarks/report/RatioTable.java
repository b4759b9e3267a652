package io.streamdistill.benchmarks.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The report as a table for people: one ratio a line, those with a place in {@link TargetRatio}
 * first.
 */
public final class RatioTable {

  private RatioTable() {}

  /** Renders. */
  public static String of(Report report) {
    StringBuilder table = new StringBuilder(4096);
    table.append(row("ratio", "median", "min .. max of rounds", "target", "met", "what"));
    for (TargetRatio target : TargetRatio.ALL) {
      Optional<Ratio> ratio = report.ratio(target.key());
      if (ratio.isPresent()) {
        String met = target.metBy(ratio.get().value()).map(good -> good ? "yes" : "NO").orElse("-");
        table.append(row(ratio.get(), target.text(), met, target.what()));
      } else {
        table.append(row(target.key(), "-", "-", target.text(), "-", target.what()));
      }
    }
    List<Ratio> others =
        report.ratios().values().stream()
            .filter(ratio -> TargetRatio.of(ratio.key()).isEmpty())
            .toList();
    if (!others.isEmpty()) {
      table.append(String.format(Locale.ROOT, "%nbeside these%n"));
      others.forEach(ratio -> table.append(row(ratio, "", "", "")));
    }
    report
        .notMeasured()
        .forEach((name, why) -> table.append("%nnot measured: %s: %s%n".formatted(name, why)));
    report.failed().forEach((name, why) -> table.append("%nFAILED: %s: %s%n".formatted(name, why)));
    return table.toString();
  }

  private static String row(Ratio ratio, String target, String met, String what) {
    return row(
        ratio.key(),
        number(ratio.value()),
        number(ratio.rounds().min()) + " .. " + number(ratio.rounds().max()),
        target,
        met,
        what);
  }

  private static String row(
      String key, String median, String range, String target, String met, String what) {
    return String.format(
            Locale.ROOT, "%-30s %10s %21s %10s %-5s %s%n", key, median, range, target, met, what)
        .replaceAll(" +(?=\\R)", "");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 0.1 && value != 0 ? "%.4f" : "%.3f", value);
  }
}
