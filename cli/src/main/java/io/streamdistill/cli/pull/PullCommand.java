package io.streamdistill.cli.pull;

import io.streamdistill.core.checkpoint.CheckpointPuller;
import io.streamdistill.core.checkpoint.Manifest;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill pull}: fetches the newest checkpoint of a student. */
@Command(
    name = "pull",
    mixinStandardHelpOptions = true,
    description = {
      "Fetches the newest intact checkpoint of a student, and verifies every file before the"
          + " directory appears.",
      "An older checkpoint of the same student in the directory is replaced."
    })
public final class PullCommand implements Callable<Integer> {

  private final Supplier<CheckpointPuller> puller;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--student", paramLabel = "NAME", required = true, description = "whose")
  private String student = "";

  @Option(names = "--out", paramLabel = "DIR", required = true, description = "where to")
  private Path out = Path.of("");

  /**
   * Creates the command.
   *
   * @param puller asked for when the command runs
   */
  public PullCommand(Supplier<CheckpointPuller> puller) {
    this.puller = puller;
  }

  @Override
  public Integer call() {
    Manifest manifest = puller.get().pull(student, out);
    PrintWriter console = spec.commandLine().getOut();
    console.println("pulled into " + out);
    ManifestSummary.lines(manifest).forEach(console::println);
    console.flush();
    return 0;
  }
}
