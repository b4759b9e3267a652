package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.Environment;
import io.streamdistill.experiments.lab.Results;
import io.streamdistill.experiments.lab.Summary;
import io.streamdistill.experiments.report.Report;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill experiment NAME}, for every {@link MnistExperiment}. */
@Command(mixinStandardHelpOptions = true, showDefaultValues = true)
public final class MnistExperimentCommand implements Callable<Integer> {

  private static final List<MnistExperiment> ALL =
      List.of(
          new MnistValidation(),
          new MnistStudent(),
          new MnistJitter(),
          new MnistTemperature(),
          MnistOmitted.noThrees(),
          MnistOmitted.sevensAndEights(),
          new MnistFewLabels(),
          new MnistEnsemble(),
          new MnistHigherRate());

  private final MnistExperiment experiment;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--seeds", description = "students of each condition", paramLabel = "N")
  private @Nullable Integer seeds;

  @Option(names = "--parallel", description = "students trained at once", paramLabel = "N")
  private int parallel = Runtime.getRuntime().availableProcessors();

  @Option(names = "--quick", description = "a tenth of the data and a small net, in minutes")
  private boolean quick;

  @Option(
      names = "--validation",
      description =
          "hold out the last 10,000 training images and count errors there, not on test; give a"
              + " --teacher that has not seen them")
  private boolean validation;

  @Option(names = "--data", description = "folder with the four MNIST files")
  private Path data = Path.of("datasets", "mnist");

  @Option(names = "--teacher", description = "the model that scores")
  private Path teacher = Path.of("models", "mnist-teacher", "model.onnx");

  @Option(names = "--work", description = "where logs and students are kept between runs")
  private Path work = Path.of(".streamdistill", "experiments", "lab");

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "results, added to; default: NAME.json in the folder --work")
  private @Nullable Path json;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "writes report.html and main-table.png there, of all results beside those")
  private @Nullable Path report;

  private MnistExperimentCommand(MnistExperiment experiment) {
    this.experiment = experiment;
  }

  /** One command for every experiment. */
  public static List<CommandLine> all() {
    List<CommandLine> commands = new ArrayList<>();
    for (MnistExperiment experiment : ALL) {
      CommandLine command = new CommandLine(new MnistExperimentCommand(experiment));
      command.getCommandSpec().name(experiment.name());
      command
          .getCommandSpec()
          .usageMessage()
          .description(experiment.description().replace("%", "%%"));
      commands.add(command);
    }
    return commands;
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter console = spec.commandLine().getOut();
    int count = seeds == null ? (quick ? 1 : experiment.defaultSeeds()) : seeds;
    Path file = json == null ? work.resolve(experiment.name() + suffix() + ".json") : json;
    ExperimentOptions options =
        new ExperimentOptions(data, work, teacher, count, parallel, quick, validation);
    Results results =
        Results.open(
            file,
            Environment.detect().head(experiment.name(), commandLine(count)),
            validation ? "validation_errors" : "test_errors");
    try (Workbench bench = new Workbench(options, results, console)) {
      experiment.run(bench);
    }
    console.printf("%n%-36s %8s %7s %3s%n", "condition", "mean", "sd", "n");
    results.summary().forEach((condition, summary) -> print(console, condition, summary));
    console.printf("%nresults: %s%n", file);
    if (report != null) {
      Report.write(Objects.requireNonNull(file.toAbsolutePath().getParent()), report);
      console.printf("report: %s%n", report.resolve("report.html"));
    }
    console.flush();
    return 0;
  }

  private static void print(PrintWriter console, String condition, Summary summary) {
    console.println(
        String.format(
            Locale.ROOT,
            "%-36s %8.1f %7s %3d",
            condition,
            summary.mean(),
            summary.sd() == null ? "-" : String.format(Locale.ROOT, "%.1f", summary.sd()),
            summary.n()));
  }

  private String suffix() {
    return quick ? "-quick" : validation ? "-validation" : "";
  }

  /** For others to run: where a file lies on this machine is of no use to them. */
  private String commandLine(int count) {
    return "./distill experiment %s --seeds %d --teacher %s%s%s"
        .formatted(
            experiment.name(),
            count,
            teacher.isAbsolute() ? teacher.getFileName() : teacher,
            quick ? " --quick" : "",
            validation ? " --validation" : "");
  }
}
