package io.streamdistill.cli.checkpoints;

import io.streamdistill.checkpoints.log.CheckpointListing;
import io.streamdistill.checkpoints.log.GateProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Checkpoints as a table for the console. */
final class ListingTable {

  private static final List<String> HEADER =
      List.of("VERSION", "TIME", "EXAMPLES", "METRICS", "ALIASES", "GATE", "TEACHER", "SIZE");

  private ListingTable() {}

  static List<String> lines(List<CheckpointListing> listings) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADER);
    listings.forEach(listing -> rows.add(cells(listing)));
    int[] widths =
        IntStream.range(0, HEADER.size())
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        line.append(String.format("%-" + (widths[column] + 2) + "s", row.get(column)));
      }
      lines.add(line.toString().stripTrailing());
    }
    listings.stream()
        .filter(listing -> listing.gate() != null && !listing.gate().passed())
        .forEach(
            listing -> lines.add("refused: " + listing.version() + ": " + listing.gate().reason()));
    return lines;
  }

  private static List<String> cells(CheckpointListing listing) {
    return List.of(
        listing.version(),
        listing.time(),
        String.format(Locale.ROOT, "%,d", listing.examplesSeen()),
        listing.metrics().entrySet().stream()
            .filter(metric -> !GateProgress.METRICS.contains(metric.getKey()))
            .map(
                metric -> String.format(Locale.ROOT, "%s=%.4g", metric.getKey(), metric.getValue()))
            .collect(Collectors.joining(" ")),
        listing.aliases().isEmpty() ? "-" : aliases(listing),
        gate(listing),
        listing.teacherVersions().isEmpty() ? "-" : String.join(", ", listing.teacherVersions()),
        String.format(Locale.ROOT, "%.1f MB", listing.bytes() / 1e6));
  }

  private static String gate(CheckpointListing listing) {
    if (listing.gate() != null) {
      return listing.gate().passed() ? "passed" : "refused";
    }
    return GateProgress.of(listing.metrics())
        .filter(GateProgress::isWaiting)
        .map(progress -> "waits: " + progress)
        .orElse("-");
  }

  private static String aliases(CheckpointListing listing) {
    return listing.aliases().stream()
        .map(alias -> alias + (listing.pinned().contains(alias) ? " (pinned)" : ""))
        .collect(Collectors.joining(", "));
  }
}
