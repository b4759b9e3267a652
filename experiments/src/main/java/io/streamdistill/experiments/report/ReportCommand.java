package io.streamdistill.experiments.report;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill experiment report}: the page about results that are there. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Writes the page about all experiments from their results.")
public final class ReportCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--results", paramLabel = "DIR", description = "folder with NAME.json files")
  private Path results = Path.of("docs", "results");

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "folder for report.html and main-table.png")
  private Path report = Path.of("docs", "results");

  @Override
  public Integer call() throws Exception {
    Report.write(results, report);
    spec.commandLine().getOut().printf("report: %s%n", report.resolve("report.html"));
    spec.commandLine().getOut().flush();
    return 0;
  }
}
