package io.streamdistill.experiments.mnist;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
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

  @Option(names = "--seed", description = "of initial weights, order, jitter and dropout")
  private long seed = shipped.seed();

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

  @Option(names = "--out", description = "folder for model, log, report and saved state")
  private Path out = Path.of(".streamdistill", "experiments", "mnist-teacher");

  @Option(names = "--threads", description = "of BLAS; the last bits of the result depend on it")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Override
  public Integer call() throws Exception {
    Nd4j.factory().blas().setMaxThreads(threads);
    PrintWriter console = spec.commandLine().getOut();
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
    TeacherReport.Run run =
        new MnistTeacherExperiment(data, out, InstantSource.system(), console)
            .run(settings, validation);
    String command =
        String.format(
            Locale.ROOT,
            "./distill experiment mnist-teacher --epochs %d --seed %d --learning-rate %s"
                + " --max-norm %s --input-dropout %s --hidden-dropout %s --threads %d%s",
            epochs,
            seed,
            learningRate,
            maxNorm,
            inputDropout,
            hiddenDropout,
            threads,
            validation ? " --validation" : "");
    TeacherReport.of(command, Environment.detect(), run).write(out.resolve("mnist-teacher.json"));
    console.printf(
        "%d %s errors; model, log and report are in %s%n",
        validation ? run.validationErrors() : run.testErrors(),
        validation ? "validation" : "test",
        out);
    console.flush();
    return 0;
  }
}
