package io.streamdistill.experiments;

import io.streamdistill.cli.failure.Failures;
import io.streamdistill.cli.failure.UsageErrors;
import io.streamdistill.experiments.defaults.DefaultsExperimentCommand;
import io.streamdistill.experiments.mnist.MnistExperimentCommand;
import io.streamdistill.experiments.mnist.MnistTeacherCommand;
import io.streamdistill.experiments.product.CommandProduct;
import io.streamdistill.experiments.report.ReportCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code distill experiment}, a command of its own: the product does not know its laboratory. */
@Command(
    name = "distill experiment",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "EXPERIMENT",
    description =
        "Reproduces results of the literature through the real pipeline, and tries the defaults.")
public final class Laboratory {

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "print the stack trace of an error")
  private boolean debug;

  private Laboratory() {}

  /** Runs an experiment, and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    Laboratory laboratory = new Laboratory();
    CommandLine root = new CommandLine(laboratory);
    root.addSubcommand(new MnistTeacherCommand());
    MnistExperimentCommand.all().forEach(one -> root.addSubcommand(one.getCommandName(), one));
    root.addSubcommand(new DefaultsExperimentCommand(new CommandProduct()));
    root.addSubcommand(new ReportCommand());
    return root.setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(new UsageErrors())
        .setExecutionExceptionHandler(new Failures(() -> laboratory.debug));
  }
}
