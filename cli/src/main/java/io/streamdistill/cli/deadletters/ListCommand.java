package io.streamdistill.cli.deadletters;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code distill dead-letters list}: the newest letters, one a line. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists dead letters, the newest first: place, time, reason, origin, detail.")
final class ListCommand implements Callable<Integer> {

  private static final int MAX_LIMIT = 100_000;
  private static final int DETAIL_CHARS = 100;

  private static final Comparator<LetterAt> OLDEST_FIRST =
      Comparator.comparingLong(LetterAt::time)
          .thenComparingInt(one -> one.place().partition())
          .thenComparingLong(one -> one.place().offset());

  /** A letter in a few words, and what it is ordered by. */
  private record LetterAt(long time, Place place, LetterView view) {}

  private final Supplier<DeadLetterDesk> desk;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final LetterFilter filter = new LetterFilter();

  @Option(names = "--limit", paramLabel = "N", description = "at most so many; default: 20")
  private int limit = 20;

  @Option(names = "--pending", description = "only those that were not replayed")
  private boolean pending;

  @Option(names = "--json", description = "as JSON")
  private boolean json;

  ListCommand(Supplier<DeadLetterDesk> desk) {
    this.desk = desk;
  }

  @Override
  public Integer call() {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new ParameterException(
          spec.commandLine(),
          "--limit must be in [1, %d], since they are kept in memory, got %d; filter by --reason, --since or --partition"
              .formatted(MAX_LIMIT, limit));
    }
    DeadLetterDesk open = desk.get();
    PriorityQueue<LetterAt> newest = new PriorityQueue<>(OLDEST_FIRST);
    long[] matching = new long[1];
    try (LetterLog log = open.open()) {
      Map<TopicPartition, Long> ends = log.ends();
      Replayed replayed = log.replayed(ends);
      log.read(
          ends,
          record -> {
            Letter letter = Letter.of(record);
            boolean done = replayed.contains(letter.place());
            if (!Replayed.isMarker(record) && filter.matches(letter) && !(pending && done)) {
              matching[0]++;
              newest.add(
                  new LetterAt(letter.timestamp(), letter.place(), LetterView.of(letter, done)));
              if (newest.size() > limit) {
                newest.poll();
              }
            }
          });
    }
    List<LetterAt> shown = new ArrayList<>(newest);
    shown.sort(OLDEST_FIRST.reversed());
    print(shown.stream().map(LetterAt::view).toList(), matching[0]);
    return 0;
  }

  private void print(List<LetterView> letters, long matching) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(LetterView.json(letters));
    } else {
      table(letters).forEach(out::println);
      out.printf(Locale.ROOT, "%,d of %,d dead letters%n", letters.size(), matching);
    }
    out.flush();
  }

  private static List<String> table(List<LetterView> letters) {
    TextTable table =
        new TextTable("AT", "TIME", "REASON", "REJECTED BY", "FROM", "REPLAYED", "KEY", "DETAIL");
    for (LetterView letter : letters) {
      table.add(
          letter.at(),
          letter.time(),
          TextTable.printable(letter.reason(), 40),
          TextTable.printable(letter.rejectedBy(), 60),
          TextTable.printable(letter.fromTopic(), 60)
              + "-%d@%d".formatted(letter.fromPartition(), letter.fromOffset()),
          letter.replayed() ? "yes" : "no",
          letter.key() == null ? "(none)" : TextTable.printable(letter.key(), 40),
          TextTable.printable(letter.detail(), DETAIL_CHARS));
    }
    return table.lines();
  }
}
