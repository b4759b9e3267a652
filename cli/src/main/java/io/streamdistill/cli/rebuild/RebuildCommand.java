package io.streamdistill.cli.rebuild;

import io.streamdistill.cli.config.ClassesConfig;
import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.config.FeaturesConfig;
import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Task;
import io.streamdistill.student.CheckpointRebuild;
import io.streamdistill.student.StudentConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill rebuild}: makes the weights of a checkpoint again, and compares them. */
@Command(
    name = "rebuild",
    mixinStandardHelpOptions = true,
    description = {
      "Makes the weights of a checkpoint again, from the soft-target log and the order in which the"
          + " student has taken its records, and compares them bit for bit.",
      "The configuration is that of the student's trainer. Of Kafka only the soft-target topic is"
          + " read; nothing is written, and a trainer that runs is not touched.",
      "Exit code 0 when every weight and every number of the optimizer is the same, 1 otherwise."
    })
public final class RebuildCommand implements Callable<Integer> {

  private final ConfigOptions options;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      paramLabel = "CHECKPOINT",
      description = "directory of the checkpoint, as 'distill pull' wrote it")
  private Path checkpoint = Path.of("");

  @Option(
      names = "--from",
      paramLabel = "DIR",
      description =
          "an earlier checkpoint of the same student to begin with; default: the beginning of the"
              + " log, as far back as a checkpoint's order.txt.gz may reach")
  private @Nullable Path from;

  /** Creates the command. */
  public RebuildCommand(ConfigOptions options) {
    this.options = options;
  }

  /** The part of the configuration that is needed. */
  record View(
      KafkaSettings kafka,
      TopicsConfig topics,
      FeaturesConfig features,
      ClassesConfig classes,
      StudentConfig student) {}

  @Override
  public Integer call() {
    View view = options.loader().load(View.class);
    CheckpointRebuild.Outcome outcome =
        new CheckpointRebuild(
                view.student(),
                view.kafka(),
                view.topics().softTargets(),
                new Task(view.features().contract(), view.classes().map()))
            .rebuild(checkpoint, from);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "took %,d steps again, from %s to step %,d of checkpoint %s: ",
        outcome.steps(),
        outcome.from() == null ? "the beginning" : outcome.from(),
        outcome.manifest().step(),
        outcome.manifest().id());
    if (outcome.isSame()) {
      out.printf("all %,d numbers are the same, bit for bit%n", outcome.numbers());
    } else {
      out.printf(
          "%,d of %,d numbers differ. Weights are repeatable at the same student.threads, on the"
              + " same kind of CPU%n",
          outcome.differing(), outcome.numbers());
    }
    out.flush();
    return (outcome.isSame() ? ExitStatus.OK : ExitStatus.FAILURE).code();
  }
}
