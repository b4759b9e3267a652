package io.streamdistill.cli.run;

import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicSpec;
import io.streamdistill.core.kafka.Topics;
import io.streamdistill.core.kafka.Topics.Outcome;
import io.streamdistill.core.kafka.TopicsConfig;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code distill topics}: prepares the cluster. */
@Command(
    name = "topics",
    mixinStandardHelpOptions = true,
    description = "Prepares the topics of the pipeline.")
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
