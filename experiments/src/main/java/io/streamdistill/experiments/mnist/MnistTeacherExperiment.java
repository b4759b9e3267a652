package io.streamdistill.experiments.mnist;

import ai.onnxruntime.OrtException;
import io.streamdistill.experiments.lab.Results;
import io.streamdistill.experiments.lab.Results.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/**
 * Trains the teacher, writes it as ONNX and counts the errors of that file: on the test set after
 * training on all 60,000 images, or on the last 10,000 training images after training on the
 * others.
 */
final class MnistTeacherExperiment {
  private static final int SAVE_EVERY_EPOCHS = 5;
  private static final int[] WIDTHS = {JitteredImages.PIXELS, 1200, 1200, 10};

  private final Path data;
  private final Path out;
  private final InstantSource clock;
  private final PrintWriter console;

  MnistTeacherExperiment(Path data, Path out, InstantSource clock, PrintWriter console) {
    this.data = data;
    this.out = out;
    this.clock = clock;
    this.console = console;
  }

  /** Goes on from the last saved epoch if {@code out} holds one of the same settings. */
  Run run(TeacherSettings settings, boolean validate) throws IOException, OrtException {
    Files.createDirectories(out);
    MnistData train = MnistData.train(data);
    Path saved = savedState(settings, validate);
    JitteredImages images = validate ? train.withoutValidation() : train.all();
    TeacherTraining training =
        Files.exists(saved)
            ? new TeacherTraining(settings, images, TrainingState.load(saved))
            : TeacherTraining.start(settings, images, WIDTHS);
    TrainingLog log = TrainingLog.resume(out.resolve("training-log.csv"), training.state().epoch());
    while (!training.finished()) {
      Instant start = clock.instant();
      double loss = training.epoch();
      double seconds = Duration.between(start, clock.instant()).toMillis() / 1e3;
      int epoch = training.state().epoch();
      log.add(epoch, loss, seconds);
      console.printf(
          "epoch %d of %d: loss %.4f, %.1f s%n", epoch, settings.epochs(), loss, seconds);
      console.flush();
      if (epoch % SAVE_EVERY_EPOCHS == 0 || training.finished()) {
        training.state().save(saved);
      }
    }
    byte[] model = TeacherOnnx.encode(training.state().weights());
    Files.write(out.resolve("model.onnx"), model);
    try (TeacherModel teacher = new TeacherModel(model)) {
      return validate
          ? result("teacher_validation", settings, teacher.errors(train.validation()), log)
          : result("teacher", settings, teacher.errors(MnistData.test(data).all()), log);
    }
  }

  private static Run result(
      String condition, TeacherSettings settings, int errors, TrainingLog log) {
    String figure = condition.equals("teacher") ? "test_errors" : "validation_errors";
    return new Run(
        condition,
        settings.seed(),
        Results.settings(settings),
        Map.of(figure, errors),
        log.seconds());
  }

  /** The state file; refuses a folder that another run with other settings has begun to fill. */
  private Path savedState(TeacherSettings settings, boolean validate) throws IOException {
    Path file = out.resolve("settings.txt");
    String mine = settings + (validate ? " validation" : "") + "\n";
    if (Files.exists(file) && !Files.readString(file).equals(mine)) {
      throw new IOException(
          "%s belongs to a run with other settings (%s); choose another --out"
              .formatted(out, Files.readString(file).strip()));
    }
    Files.writeString(file, mine);
    return out.resolve("state.bin");
  }
}
