package io.streamdistill.benchmarks;

import io.streamdistill.benchmarks.pipeline.CheckpointSection;
import io.streamdistill.benchmarks.pipeline.FollowSection;
import io.streamdistill.benchmarks.pipeline.GrowthSection;
import io.streamdistill.benchmarks.pipeline.LatencySection;
import io.streamdistill.benchmarks.pipeline.PipelineSection;
import io.streamdistill.benchmarks.pipeline.TeacherSection;
import io.streamdistill.benchmarks.section.Section;
import io.streamdistill.benchmarks.step.PeerSection;
import io.streamdistill.benchmarks.step.StudentSection;
import io.streamdistill.cli.failure.Failures;
import io.streamdistill.cli.failure.UsageErrors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** {@code distill bench}, a command of its own since it needs more than the product does. */
public final class Bench {

  private Bench() {}

  /** Runs the benchmark, and ends the JVM with its exit code. */
  public static void main(String[] args) {
    Map<String, String> environment = System.getenv();
    if (!environment.containsKey("DISTILL_LOG_LEVEL")) {
      System.setProperty("DISTILL_LOG_LEVEL", "WARN"); // progress is told in lines of its own
    }
    Path home = Path.of(environment.getOrDefault("DISTILL_HOME", "")).toAbsolutePath();
    System.exit(commandLine(home, sections()).execute(args));
  }

  static CommandLine commandLine(Path home, List<Section> sections) {
    BenchCommand command = new BenchCommand(home, sections);
    return new CommandLine(command)
        .setParameterExceptionHandler(new UsageErrors())
        .setExecutionExceptionHandler(new Failures(command::debug));
  }

  /** Every section, in the order in which they run. */
  private static List<Section> sections() {
    return List.of(
        new StudentSection(),
        new TeacherSection(),
        new PipelineSection(),
        new LatencySection(),
        new CheckpointSection(),
        new FollowSection(),
        new GrowthSection(),
        new PeerSection());
  }
}
