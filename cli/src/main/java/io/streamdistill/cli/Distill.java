package io.streamdistill.cli;

import io.streamdistill.cli.calibrate.CalibrateBiasCommand;
import io.streamdistill.cli.checkpoints.CheckpointsCommand;
import io.streamdistill.cli.checkpoints.PinCommand;
import io.streamdistill.cli.checkpoints.PromoteCommand;
import io.streamdistill.cli.checkpoints.RollbackCommand;
import io.streamdistill.cli.config.ConfigCommand;
import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.deadletters.DeadLettersCommand;
import io.streamdistill.cli.evaluate.EvaluateCommand;
import io.streamdistill.cli.failure.ErrorLine;
import io.streamdistill.cli.failure.Failures;
import io.streamdistill.cli.failure.OutputLostException;
import io.streamdistill.cli.failure.StandardOutput;
import io.streamdistill.cli.failure.UsageErrors;
import io.streamdistill.cli.keygen.KeygenCommand;
import io.streamdistill.cli.logging.LogSettings;
import io.streamdistill.cli.process.ParentWatch;
import io.streamdistill.cli.produce.ProduceCommand;
import io.streamdistill.cli.pull.PullCommand;
import io.streamdistill.cli.pull.VerifyCommand;
import io.streamdistill.cli.quickstart.QuickstartCommand;
import io.streamdistill.cli.rebuild.RebuildCommand;
import io.streamdistill.cli.run.BrokerCommand;
import io.streamdistill.cli.run.TeacherCommand;
import io.streamdistill.cli.run.TopicsCommand;
import io.streamdistill.cli.run.TrainerCommand;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The {@code distill} command. */
@Command(
    name = "distill",
    mixinStandardHelpOptions = true,
    versionProvider = Distill.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Knowledge distillation as a streaming service on Kafka.",
    footer = {
      "",
      "Exit codes: 0 ok, 1 failure, 2 usage or configuration; more in docs/reliability.md.",
      "In a checkout, 'distill experiment' repeats results of the literature, and 'distill bench'",
      "measures speed; see docs/results/README.md and benchmarks/README.md.",
      "Environment: DISTILL_* sets keys (see 'distill config --defaults'), DISTILL_CONFIG the file,",
      "DISTILL_LOG_LEVEL (INFO) and DISTILL_LOG_FORMAT (text, json) the log, DISTILL_JAVA_OPTS"
          + " the JVM."
    })
public final class Distill {

  @Mixin private final ConfigOptions config;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "print the stack trace of an error")
  private boolean debug;

  @Option(names = ParentWatch.FLAG, scope = ScopeType.INHERIT, hidden = true)
  private boolean withParent;

  private final Path home;

  private Distill(ConfigOptions config, Path home) {
    this.config = config;
    this.home = home;
  }

  /** Runs a command, and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(run(System.getenv(), args));
  }

  private static int run(Map<String, String> environment, String[] args) {
    StandardOutput.install();
    ErrorLine line = ErrorLine.of(environment);
    PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
    boolean debug = List.of(args).contains("--debug");
    try {
      LogSettings.check(environment); // before the log is used for the first time
      Logger log = LoggerFactory.getLogger(Distill.class);
      Thread.setDefaultUncaughtExceptionHandler(
          (thread, e) -> log.error("thread {} ended with an error", thread.getName(), e));
      Surroundings.check(environment, args);
      Surroundings.requireHome(environment);
      CommandLine command = commandLine(environment, Path.of(""));
      int exitCode = command.execute(args);
      if (exitCode == ExitCode.OK) { // else it is known that something is wrong
        command.getOut().flush();
        System.out.flush();
      }
      return exitCode;
    } catch (Throwable e) { // a library that cannot be loaded is an Error
      return new Failures(line, () -> debug).handle(e, err);
    }
  }

  /** Puts the command line together. */
  static CommandLine commandLine(Map<String, String> environment, Path workingDirectory) {
    Distill distill =
        new Distill(
            new ConfigOptions(environment, workingDirectory),
            Path.of(environment.getOrDefault("DISTILL_HOME", workingDirectory.toString())));
    CommandLine root = new CommandLine(distill);
    distill.subcommands().forEach(root::addSubcommand);
    ErrorLine line = ErrorLine.of(environment);
    return root.setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(distill::execute)
        .setParameterExceptionHandler(new UsageErrors(line))
        .setExecutionExceptionHandler(new Failures(line, () -> distill.debug));
  }

  /** Every command, in the order of the help. */
  private List<Object> subcommands() {
    Collaborators collaborators = new Collaborators(config);
    return List.of(
        new QuickstartCommand(home),
        new BrokerCommand(),
        new TopicsCommand(config),
        new TeacherCommand(config),
        new TrainerCommand(config),
        new ProduceCommand(collaborators::produceTarget, Clock.systemUTC()),
        new PullCommand(collaborators::pullView),
        new CheckpointsCommand(collaborators::aliasDesk),
        new PromoteCommand(collaborators::aliasDesk),
        new RollbackCommand(collaborators::aliasDesk),
        new PinCommand(collaborators::aliasDesk),
        new VerifyCommand(),
        new RebuildCommand(config),
        new KeygenCommand(),
        new CalibrateBiasCommand(config),
        new EvaluateCommand(config),
        DeadLettersCommand.create(collaborators::deadLetterDesk),
        new ConfigCommand(config));
  }

  private int execute(ParseResult parsed) {
    if (withParent) {
      ParentWatch.start(System.in);
    }
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (OutputLostException e) { // of the help, for which no command runs
      throw new ExecutionException(parsed.commandSpec().commandLine(), "not printed", e);
    }
  }

  /** The version of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Distill.class.getPackage().getImplementationVersion();
      return new String[] {
        "distill %s, Java %s"
            .formatted(version == null ? "development" : version, Runtime.version())
      };
    }
  }
}
