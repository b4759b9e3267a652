package io.streamdistill.cli.deadletters;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Dead letters, counted by reason, by who rejected them, and by the topic that they came from. */
final class Tally {

  /** More than there are reasons and students; headers are written by others. */
  private static final int MAX_GROUPS = 1_000;

  private static final Group OTHERS = new Group("(others)", "", "");

  private record Group(String reason, String rejectedBy, String topic) {}

  private static final class Count {
    private long letters;
    private long replayed;
    private long oldest = Long.MAX_VALUE;
    private long newest = Long.MIN_VALUE;
  }

  /**
   * A line of the result.
   *
   * @param reason label of the reason
   * @param rejectedBy who rejected them
   * @param topic that they came from
   * @param letters how many
   * @param replayed how many of these were replayed
   * @param oldest time of the oldest record
   * @param newest time of the newest record
   */
  record Line(
      String reason,
      String rejectedBy,
      String topic,
      long letters,
      long replayed,
      String oldest,
      String newest) {}

  private final Map<Group, Count> counts = new HashMap<>();

  void add(Letter letter, boolean replayed) {
    Group group =
        letter.isDeadLetter()
            ? new Group(letter.reason(), letter.rejectedBy(), letter.fromTopic())
            : new Group("(no dead letter)", "", "");
    if (!counts.containsKey(group) && counts.size() >= MAX_GROUPS) {
      group = OTHERS;
    }
    Count count = counts.computeIfAbsent(group, unused -> new Count());
    count.letters++;
    count.replayed += replayed ? 1 : 0;
    count.oldest = Math.min(count.oldest, letter.timestamp());
    count.newest = Math.max(count.newest, letter.timestamp());
  }

  long letters() {
    return counts.values().stream().mapToLong(count -> count.letters).sum();
  }

  long replayed() {
    return counts.values().stream().mapToLong(count -> count.replayed).sum();
  }

  /** Most frequent first. */
  List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    counts.forEach(
        (group, count) ->
            lines.add(
                new Line(
                    group.reason(),
                    group.rejectedBy(),
                    group.topic(),
                    count.letters,
                    count.replayed,
                    Instant.ofEpochMilli(count.oldest).toString(),
                    Instant.ofEpochMilli(count.newest).toString())));
    lines.sort(
        Comparator.comparingLong(Line::letters)
            .reversed()
            .thenComparing(Line::reason)
            .thenComparing(Line::rejectedBy)
            .thenComparing(Line::topic));
    return lines;
  }

  List<String> table() {
    TextTable table =
        new TextTable("LETTERS", "REPLAYED", "REASON", "REJECTED BY", "FROM", "OLDEST", "NEWEST");
    for (Line line : lines()) {
      table.add(
          String.format(Locale.ROOT, "%,d", line.letters()),
          String.format(Locale.ROOT, "%,d", line.replayed()),
          TextTable.printable(line.reason(), 40),
          TextTable.printable(line.rejectedBy(), 60),
          TextTable.printable(line.topic(), 60),
          line.oldest(),
          line.newest());
    }
    return table.lines();
  }
}
