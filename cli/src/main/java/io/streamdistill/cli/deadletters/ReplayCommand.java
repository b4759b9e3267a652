package io.streamdistill.cli.deadletters;

import io.streamdistill.kafka.TopicsConfig;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill dead-letters replay}: sends letters to the transfer set, each once. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = {
      "Sends dead letters to the transfer set as they were, after the cause is mended: key, value,"
          + " time, headers and partition.",
      "Each is replayed once, however often this runs and however it ends: the dead-letter topic"
          + " itself keeps which were, in the same transaction. One that is rejected again is a new"
          + " dead letter.",
      "Soft targets that a trainer rejected are not replayed, since every other student would see"
          + " them twice; exit code 1 if any was asked for and refused."
    })
final class ReplayCommand implements Callable<Integer> {

  private static final int BATCH_LETTERS = 500;
  private static final long BATCH_BYTES = 4 << 20;
  private static final int MAX_REASONS = 50;

  private final Supplier<DeadLetterDesk> desk;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final LetterFilter filter = new LetterFilter();

  @Option(names = "--dry-run", description = "say what would be replayed, and replay nothing")
  private boolean dryRun;

  @Option(names = "--json", description = "as JSON")
  private boolean json;

  ReplayCommand(Supplier<DeadLetterDesk> desk) {
    this.desk = desk;
  }

  @Override
  public Integer call() {
    DeadLetterDesk open = desk.get();
    String target = open.topics().transferSet();
    Run run = new Run(open.topics());
    try (LetterLog log = open.open()) {
      if (dryRun) {
        run.read(log, log.ends(), null);
      } else {
        // First the end of whatever another replay has begun, then the look at what it did.
        try (Replay replay = new Replay(open.kafka(), target, open.topics().deadLetters())) {
          run.read(log, log.writtenEnds(), replay);
        }
        log.awaitCommitted(log.writtenEnds()); // whoever counts next counts what this one did
      }
    }
    run.print(spec.commandLine().getOut(), target);
    return run.refused.isEmpty() ? 0 : 1;
  }

  /** One pass over the topic, and what came of it. */
  private final class Run {

    private final TopicsConfig topics;
    private final Map<String, Long> refused = new TreeMap<>(); // by why
    private final List<Letter> batch = new ArrayList<>();
    private long batchBytes;
    private long replayed;
    private long before;

    Run(TopicsConfig topics) {
      this.topics = topics;
    }

    void read(LetterLog log, Map<TopicPartition, Long> ends, @Nullable Replay replay) {
      Replayed done = log.replayed(ends);
      log.read(
          ends,
          record -> {
            Letter letter = Letter.of(record);
            if (Replayed.isMarker(record) || !filter.matches(letter)) {
              return;
            }
            if (done.contains(letter.place())) {
              before++;
              return;
            }
            Optional<String> obstacle = obstacle(letter);
            if (obstacle.isPresent()) {
              refuse(obstacle.get());
              return;
            }
            batch.add(letter);
            batchBytes += letter.valueBytes();
            if (batch.size() >= BATCH_LETTERS || batchBytes >= BATCH_BYTES) {
              send(replay);
            }
          });
      send(replay);
    }

    private void send(@Nullable Replay replay) {
      Map<Place, String> failed = replay == null ? Map.of() : replay.send(batch);
      failed.forEach(
          (place, why) ->
              refuse("topic %s does not take it: %s".formatted(topics.transferSet(), why)));
      replayed += batch.size() - failed.size();
      batch.clear();
      batchBytes = 0;
    }

    private void refuse(String why) {
      boolean room = refused.size() < MAX_REASONS || refused.containsKey(why);
      refused.merge(room ? why : "for other reasons", 1L, Long::sum);
    }

    /** Why a letter cannot be replayed, in words that letters share. */
    private Optional<String> obstacle(Letter letter) {
      if (!letter.isDeadLetter()) {
        return Optional.of("no dead letter: its headers do not say why it is here");
      }
      if (letter.fromTopic().equals(topics.softTargets())) {
        return Optional.of(
            "a soft target, rejected by %s: it still lies on topic %s, where every other student has read it. Mend the cause, and let a student of a new name read the log"
                .formatted(TextTable.printable(letter.rejectedBy(), 60), topics.softTargets()));
      }
      if (!letter.fromTopic().equals(topics.transferSet())) {
        return Optional.of(
            "it came from topic %s, and topics.transfer-set is %s"
                .formatted(TextTable.printable(letter.fromTopic(), 60), topics.transferSet()));
      }
      if (!letter.omitted().isEmpty()) {
        return Optional.of(
            "its content was too large for the dead-letter topic, and lies only where it came from (%s)"
                .formatted(topics.transferSet()));
      }
      return Optional.empty();
    }

    private void print(PrintWriter out, String target) {
      if (json) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("topic", target);
        view.put("dryRun", dryRun);
        view.put("replayed", replayed);
        view.put("replayedBefore", before);
        view.put("refused", refused);
        out.println(LetterView.json(view));
      } else {
        out.printf(
            Locale.ROOT,
            "%s %,d dead letters to topic %s%s%n",
            dryRun ? "would replay" : "replayed",
            replayed,
            target,
            before == 0 ? "" : String.format(Locale.ROOT, "; %,d were replayed before", before));
        refused.forEach((why, count) -> out.printf(Locale.ROOT, "left out %,d: %s%n", count, why));
      }
      out.flush();
    }
  }
}
