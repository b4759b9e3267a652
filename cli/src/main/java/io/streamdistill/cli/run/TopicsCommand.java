package io.streamdistill.cli.run;

import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.kafka.HangingTransactions;
import io.streamdistill.kafka.HangingTransactions.Ending;
import io.streamdistill.kafka.HangingTransactions.Hanging;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.Topics.Outcome;
import io.streamdistill.kafka.TopicsConfig;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.internals.Topic;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill topics}: prepares the cluster, and repairs it. */
@Command(
    name = "topics",
    mixinStandardHelpOptions = true,
    description = "Prepares the topics of the pipeline, and repairs them.")
public final class TopicsCommand {

  private final ConfigOptions options;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  /** Creates the command. */
  public TopicsCommand(ConfigOptions options) {
    this.options = options;
  }

  /** The part of the configuration that is needed. */
  record View(KafkaSettings kafka, TopicsConfig topics, Sizes teacher) {}

  /** The part of the teacher's section that is needed. */
  record Sizes(long maxRecordBytes) {}

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = {
        "Creates the topics that do not exist, with the settings that they need.",
        "Says in what existing ones differ, and alters nothing; exit code 1 if any does."
      })
  int create() {
    List<Outcome> outcomes = create(options);
    PrintWriter out = spec.commandLine().getOut();
    int exitCode = ExitCode.OK;
    for (Outcome outcome : outcomes) {
      TopicSpec topic = outcome.spec();
      out.printf(
          "%-10s %s (%d partition%s)%n",
          state(outcome), topic.name(), topic.partitions(), topic.partitions() == 1 ? "" : "s");
      for (String difference : outcome.differences()) {
        out.println("           " + difference);
        exitCode = ExitCode.SOFTWARE;
      }
    }
    out.flush();
    return exitCode;
  }

  @Command(
      name = "repair",
      mixinStandardHelpOptions = true,
      description = {
        "Aborts transactions that hang: open in a partition, although their coordinator is done"
            + " with them. Nobody reads what is committed behind one.",
        "Only those are aborted of which the coordinator still says that they were. The records of"
            + " another one may have been committed: --force aborts it, too, and nobody will read them."
            + " It takes the permission Alter on the cluster.",
        "Exit code 1 if any is left."
      })
  int repair(
      @Option(
              names = "--all",
              description = "in all topics of the cluster, rather than those of the configuration")
          boolean all,
      @Option(
              names = "--force",
              description = "abort also those that may have been committed, and lose their records")
          boolean force,
      @Option(names = "--dry-run", description = "say which hang, and abort none") boolean dryRun) {
    View view = options.load(View.class);
    PrintWriter out = spec.commandLine().getOut();
    Admin admin = Admin.create(view.kafka().admin());
    try {
      HangingTransactions transactions = new HangingTransactions(admin, view.kafka());
      List<Hanging> found =
          transactions.find(all ? transactions.allTopics() : topicsOf(view.topics()));
      int left = 0;
      for (Hanging hanging : found) {
        boolean aborts = !dryRun && (force || hanging.ending() == Ending.ABORTED);
        if (aborts) {
          transactions.abort(hanging);
        } else {
          left++;
        }
        out.printf("%s %s%n", aborts ? "aborted:" : "hangs:  ", hanging);
      }
      if (found.isEmpty()) {
        out.println("no transaction hangs");
      }
      out.flush();
      return left > 0 ? ExitCode.SOFTWARE : ExitCode.OK;
    } finally {
      admin.close(Duration.ZERO); // what was not answered is not waited for again
    }
  }

  /** Of the pipeline, and where Kafka keeps offsets that are committed in transactions. */
  private static List<String> topicsOf(TopicsConfig topics) {
    return Stream.concat(
            TopicSpec.all(topics, 1).stream().map(TopicSpec::name),
            Stream.of(Topic.GROUP_METADATA_TOPIC_NAME))
        .toList();
  }

  /** Creates what does not exist. */
  public static List<Outcome> create(ConfigOptions options) {
    View view = options.load(View.class);
    return Topics.create(
        view.kafka(), TopicSpec.all(view.topics(), view.teacher().maxRecordBytes()));
  }

  private static String state(Outcome outcome) {
    if (outcome.created()) {
      return "created";
    }
    return outcome.differences().isEmpty() ? "exists" : "DIFFERS";
  }
}
