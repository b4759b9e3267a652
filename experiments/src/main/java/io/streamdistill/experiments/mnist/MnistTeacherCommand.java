package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.Environment;
import io.streamdistill.experiments.lab.Results;
import io.streamdistill.experiments.lab.Results.Run;
import io.streamdistill.experiments.report.Report;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill experiment mnist-teacher}: trains the teacher of {@code models/mnist-teacher}. */
@Command(
    name = "mnist-teacher",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Trains the MNIST teacher 784-1200-1200-10 and writes it as ONNX.",
      "The defaults trained the model in models/mnist-teacher. A run that was stopped goes on from"
          + " its last saved epoch."
    })
public final class MnistTeacherCommand implements Callable<Integer> {
  private final TeacherSettings shipped = TeacherSettings.shipped();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--epochs", description = "passes over the training images")
  private int epochs = shipped.epochs();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "teachers, of seeds 1 to N; the shipped one has seed 1")
  private int seeds = 1;

  @Option(names = "--learning-rate", description = "at the start; falls linearly to 0")
  private double learningRate = shipped.learningRate();

  @Option(names = "--max-norm", description = "bound on a hidden unit's incoming weights")
  private double maxNorm = shipped.maxNorm();

  @Option(names = "--input-dropout", description = "share of pixels zeroed")
  private double inputDropout = shipped.inputDropout();

  @Option(names = "--hidden-dropout", description = "share of hidden units zeroed")
  private double hiddenDropout = shipped.hiddenDropout();

  @Option(
      names = "--validation",
      description = "hold out the last 10,000 training images and count errors there, not on test")
  private boolean validation;

  @Option(names = "--data", description = "folder with the four MNIST files")
  private Path data = Path.of("datasets", "mnist");

  @Option(names = "--out", description = "a folder in it, seed-N, has model, log and saved state")
  private Path out = Path.of(".streamdistill", "experiments", "mnist-teacher");

  @Option(names = "--threads", description = "of BLAS; the last bits of the result depend on it")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "results, added to; default: mnist-teacher.json in the folder --out")
  private @Nullable Path json;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "writes report.html and main-table.png there, of all results beside those")
  private @Nullable Path report;

  @Override
  public Integer call() throws Exception {
    Nd4j.factory().blas().setMaxThreads(threads);
    PrintWriter console = spec.commandLine().getOut();
    Path file = json == null ? out.resolve("mnist-teacher.json") : json;
    Results results =
        Results.open(
            file,
            Environment.detect().head("mnist-teacher", commandLine()),
            validation ? "validation_errors" : "test_errors");
    String condition = validation ? "teacher_validation" : "teacher";
    for (long seed = 1; seed <= seeds; seed++) {
      TeacherSettings settings =
          new TeacherSettings(
              epochs,
              shipped.batch(),
              learningRate,
              shipped.momentum(),
              inputDropout,
              hiddenDropout,
              maxNorm,
              shipped.jitter(),
              seed);
      if (!results.has(condition, seed, Results.settings(settings))) {
        Run run =
            new MnistTeacherExperiment(
                    data, out.resolve("seed-" + seed), InstantSource.system(), console)
                .run(settings, validation);
        results.add(run);
        console.printf("seed %d: %s%n", seed, run.figures());
        console.flush();
      }
    }
    console.printf("models and logs: %s, results: %s%n", out, file);
    if (report != null) {
      Report.write(Objects.requireNonNull(file.toAbsolutePath().getParent()), report);
      console.printf("report: %s%n", report.resolve("report.html"));
    }
    console.flush();
    return 0;
  }

  private String commandLine() {
    return String.format(
        Locale.ROOT,
        "./distill experiment mnist-teacher --epochs %d --seeds %d --learning-rate %s"
            + " --max-norm %s --input-dropout %s --hidden-dropout %s --threads %d%s",
        epochs,
        seeds,
        learningRate,
        maxNorm,
        inputDropout,
        hiddenDropout,
        threads,
        validation ? " --validation" : "");
  }
}
