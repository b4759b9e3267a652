package io.streamdistill.benchmarks;

import static io.streamdistill.config.Require.require;

import io.streamdistill.benchmarks.report.Machine;
import io.streamdistill.benchmarks.report.RatioTable;
import io.streamdistill.benchmarks.report.Report;
import io.streamdistill.benchmarks.section.Cleanup;
import io.streamdistill.benchmarks.section.NotMeasured;
import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.benchmarks.section.Section;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill bench}: every claim about speed, measured on this machine. */
@Command(
    name = "distill bench",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Measures how far every part of the pipeline is from what it cannot do without, on this"
          + " machine, which should have nothing else to do.",
      "Prints ratios, each the median of its rounds; benchmarks/README.md says what they mean."
    },
    footer = {"", "Exit codes: 0 ok, 1 a section failed, 2 usage. A missed target is no failure."})
final class BenchCommand implements Callable<Integer> {

  private static final int MIN_ROUNDS = 1;
  private static final double BUSY = 0.5;

  private final Path home;
  private final List<Section> sections;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--json", paramLabel = "FILE", description = "also write everything as JSON")
  private @Nullable Path json;

  @Option(
      names = "--only",
      paramLabel = "SECTION",
      split = ",",
      showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description =
          "run these sections only, separated by commas: student, peer, teacher, pipeline, latency, checkpoint, growth; or follow, which runs only when it is named")
  private List<String> only = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "rounds that count; at least 5 for figures to be published")
  private int rounds = 7;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "threads of matrix products: student step, its floor, DL4J and peer, and the teacher;"
              + " 0 is all cores")
  private int threads = 1;

  @Option(names = "--debug", description = "print the stack trace of an error")
  private boolean debug;

  BenchCommand(Path home, List<Section> sections) {
    this.home = home;
    this.sections = List.copyOf(sections);
  }

  boolean debug() {
    return debug;
  }

  @Override
  public Integer call() throws IOException {
    require(rounds >= MIN_ROUNDS, "--rounds must be >= %s, got %s", MIN_ROUNDS, rounds);
    require(threads >= 0, "--threads must be >= 0 (0: all cores), got %s", threads);
    List<Section> chosen = chosen();
    int cores = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    Machine machine = Machine.look(home, cores);
    Report report = new Report(machine);
    PrintWriter err = spec.commandLine().getErr();
    if (machine.load() > BUSY) {
      err.printf(
          Locale.ROOT,
          "bench: the load of this machine is %.2f: something else runs, and figures will be off%n",
          machine.load());
    }
    try (Cleanup cleanup = new Cleanup()) {
      TemporaryDirectory temp = cleanup.add(TemporaryDirectory.create());
      ProgressLine progress = new ProgressLine(err);
      Run run = new Run(home, temp.path(), cleanup, rounds, cores, report, progress::say);
      for (Section section : chosen) {
        double start = progress.seconds();
        runSafely(section, run, err);
        report.took(section.name(), progress.seconds() - start);
        report.took("total", progress.seconds());
        write(report); // what is measured is kept, whatever becomes of the rest
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(RatioTable.of(report));
    if (json != null) {
      out.printf("%neverything as JSON: %s%n", json);
    }
    out.flush();
    return report.hasFailures() ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  private List<Section> chosen() {
    Set<String> unknown = new LinkedHashSet<>(only);
    List<Section> chosen = new ArrayList<>();
    for (Section section : sections) {
      if (only.isEmpty() ? !section.onRequest() : unknown.remove(section.name())) {
        chosen.add(section);
      }
    }
    require(
        unknown.isEmpty(),
        "--only %s is no section; there are %s",
        String.join(",", unknown),
        sections.stream().map(Section::name).toList());
    return chosen;
  }

  /** One section that fails must not lose the figures of the others. */
  private void runSafely(Section section, Run run, PrintWriter err) {
    try {
      section.run(run);
    } catch (NotMeasured e) {
      run.report().notMeasured(section.name(), String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      run.report().failed(section.name(), "interrupted");
    } catch (Exception | LinkageError e) {
      run.report().failed(section.name(), String.valueOf(e));
      run.say(section.name() + " failed: " + e);
      if (debug) {
        e.printStackTrace(err);
        err.flush();
      }
    }
  }

  private void write(Report report) throws IOException {
    if (json != null) {
      Files.writeString(json, report.json() + System.lineSeparator(), StandardCharsets.UTF_8);
    }
  }
}
