package io.streamdistill.cli.config;

import io.streamdistill.config.ConfigException;
import io.streamdistill.config.ConfigLoader;
import io.streamdistill.config.Effective;
import io.streamdistill.config.Effective.Entry;
import io.streamdistill.student.StudentFiles;
import io.streamdistill.teacher.TeacherFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill config}: checks the configuration, and shows what applies and why. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = {
      "Checks the whole configuration, and reports everything that is wrong with it at once. Models",
      "are loaded and tried, and keys, stores and other files are looked at; Kafka and S3 are not asked.",
      "Later layers win: defaults, file, DISTILL_* environment variables, flags."
    })
public final class ConfigCommand implements Callable<Integer> {

  private final ConfigOptions options;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = "--effective",
      description = "print the value of every key and where it was set; secrets are masked")
  private boolean effective;

  @Option(names = "--defaults", description = "print the documented defaults, and nothing else")
  private boolean defaults;

  @Option(
      names = "--no-files",
      description =
          "do not look at the models and other files that keys name: for a machine where they are not")
  private boolean noFiles;

  /** Creates the command. */
  public ConfigCommand(ConfigOptions options) {
    this.options = options;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (defaults) {
      out.print(DistillConfig.defaults());
      out.flush();
      return ExitCode.OK;
    }
    ConfigLoader loader = options.loader();
    if (effective) {
      print(loader.effective(), out);
    }
    DistillConfig config = loader.load(DistillConfig.class);
    PrintWriter err = spec.commandLine().getErr();
    KafkaNames.warnings(config.kafka()).forEach(warning -> err.println("warning: " + warning));
    err.flush();
    if (!noFiles) {
      requireFiles(config);
    }
    if (!effective) {
      out.println("The configuration is valid.");
    }
    out.flush();
    return ExitCode.OK;
  }

  private static void requireFiles(DistillConfig config) {
    List<String> problems = new ArrayList<>(KafkaCheck.problems(config.kafka()));
    problems.addAll(
        TeacherFiles.problems(
            config.teacher(), config.features().contract(), config.classes().map()));
    problems.addAll(
        StudentFiles.problems(
            config.student(), config.features().contract(), config.classes().map()));
    if (!problems.isEmpty()) {
      throw new ConfigException(
          "%d problem%s with what the configuration names (--no-files checks the keys alone):%n  - %s"
              .formatted(
                  problems.size(),
                  problems.size() == 1 ? "" : "s",
                  String.join(System.lineSeparator() + "  - ", problems)));
    }
  }

  private static void print(Effective effective, PrintWriter out) {
    int keys = 1;
    int values = 1;
    for (Entry entry : effective.entries()) {
      keys = Math.max(keys, entry.key().length());
      values = Math.max(values, entry.value().length());
    }
    String format = "%-" + keys + "s  %-" + Math.min(values, 40) + "s  %s";
    for (Entry entry : effective.entries()) {
      out.println(
          String.format(Locale.ROOT, format, entry.key(), entry.value(), entry.origin())
              .stripTrailing());
    }
    out.flush();
  }
}
