package io.streamdistill.cli.quickstart;

import io.streamdistill.cli.process.DistillProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill quickstart}: the whole pipeline on MNIST, on this machine. */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Distils a real teacher into a small student, from MNIST as an unlabelled stream of which one"
          + " record in ten carries its label.",
      "Starts a broker, the teacher-service and the student-trainer, each in a JVM of its own, pulls"
          + " the last checkpoint, evaluates that file, and stops what it started."
    })
public final class QuickstartCommand implements Callable<Integer> {

  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss");

  private final Path home;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--json", paramLabel = "FILE", description = "also write the result as JSON")
  private @Nullable Path json;

  @Option(names = "--keep", description = "leave the services running, and print their addresses")
  private boolean keep;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "new directory for everything; default .streamdistill/quickstart-DATE-TIME")
  private @Nullable Path directory;

  @Option(names = "--passes", paramLabel = "N", description = "passes over the soft targets")
  private int passes = 20;

  /**
   * Creates the command.
   *
   * @param home the StreamDistill checkout, with {@code datasets} and {@code models}
   */
  public QuickstartCommand(Path home) {
    this.home = home;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (passes < 1) {
      throw new picocli.CommandLine.ParameterException(
          spec.commandLine(), "--passes must be at least 1, got " + passes);
    }
    PrintWriter out = spec.commandLine().getOut();
    QuickstartFiles files =
        directory != null
            ? QuickstartFiles.create(home, directory)
            : QuickstartFiles.createNew(
                home,
                home.resolve(
                    ".streamdistill/quickstart-"
                        + LocalDateTime.now(ZoneId.systemDefault()).format(STAMP)));
    Status status = Status.on(out);
    status.say("StreamDistill quickstart, everything in " + files.run());
    Quickstart quickstart = new Quickstart(files, status, passes, keep);
    Thread stop = new Thread(quickstart::close, "stop-services"); // Ctrl-C
    Runtime.getRuntime().addShutdownHook(stop);
    boolean finished = false;
    try {
      QuickstartResult result = quickstart.run();
      finished = true;
      report(result, files, out);
      if (keep) {
        out.println("still running, stop them with kill:");
        for (DistillProcess service : quickstart.services()) {
          out.printf("  pid %-7d log %s%n", service.pid(), service.logFile());
        }
      }
      out.flush();
      return ExitCode.OK;
    } finally {
      if (!finished || !keep) {
        quickstart.close();
      }
      removeHook(stop);
    }
  }

  private void report(QuickstartResult result, QuickstartFiles files, PrintWriter out)
      throws IOException {
    out.println();
    out.println(result.table());
    out.printf(
        "%,d examples produced, %,d of them labelled; %,d scored, each once; %,d seen in training; %.0f s%n",
        result.produced(), result.labelled(), result.scored(), result.trained(), result.seconds());
    out.println("pulled checkpoint  " + result.checkpoint());
    out.println("configuration      " + files.config());
    out.println("logs               " + files.logs());
    if (json != null) {
      Files.writeString(json, result.json() + System.lineSeparator(), StandardCharsets.UTF_8);
      out.println("result as JSON     " + json);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the JVM is ending: the hook does its work
    }
  }
}
