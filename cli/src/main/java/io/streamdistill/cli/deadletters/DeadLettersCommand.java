package io.streamdistill.cli.deadletters;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill dead-letters}: counts the letters by reason; its subcommands do the rest. */
@Command(
    name = "dead-letters",
    mixinStandardHelpOptions = true,
    description = {
      "Counts the records that were rejected, by reason. Subcommands list and show them, and replay"
          + " them once the cause is mended.",
      "Nothing is ever deleted: the topic's retention does that."
    })
public final class DeadLettersCommand implements Callable<Integer> {

  private final Supplier<DeadLetterDesk> desk;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final LetterFilter filter = new LetterFilter();

  @Option(names = "--json", description = "as JSON")
  private boolean json;

  private DeadLettersCommand(Supplier<DeadLetterDesk> desk) {
    this.desk = desk;
  }

  /**
   * Creates the command with its subcommands.
   *
   * @param desk asked for when a command runs
   */
  public static CommandLine create(Supplier<DeadLetterDesk> desk) {
    CommandLine command = new CommandLine(new DeadLettersCommand(desk));
    command.addSubcommand("count", new DeadLettersCommand(desk));
    command.addSubcommand(new ListCommand(desk));
    command.addSubcommand(new ShowCommand(desk));
    command.addSubcommand(new ReplayCommand(desk));
    return command;
  }

  @Override
  public Integer call() {
    DeadLetterDesk open = desk.get();
    Tally tally = new Tally();
    try (LetterLog log = open.open()) {
      Map<TopicPartition, Long> ends = log.ends();
      Replayed replayed = log.replayed(ends);
      log.read(
          ends,
          record -> {
            Letter letter = Letter.of(record);
            if (!Replayed.isMarker(record) && filter.matches(letter)) {
              tally.add(letter, replayed.contains(letter.place()));
            }
          });
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> view = new LinkedHashMap<>();
      view.put("topic", open.topics().deadLetters());
      view.put("letters", tally.letters());
      view.put("replayed", tally.replayed());
      view.put("reasons", tally.lines());
      out.println(LetterView.json(view));
    } else {
      tally.table().forEach(out::println);
      out.printf(
          Locale.ROOT,
          "%,d dead letters in topic %s, %,d of them replayed%n",
          tally.letters(),
          open.topics().deadLetters(),
          tally.replayed());
    }
    out.flush();
    return 0;
  }
}
