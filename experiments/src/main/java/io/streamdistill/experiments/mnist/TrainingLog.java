package io.streamdistill.experiments.mnist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The epochs of a run as CSV; a resumed run drops the lines after the epoch that it resumes from.
 */
final class TrainingLog {
  private static final String HEADER = "epoch,train_loss,seconds";

  private final Path file;
  private final List<String> lines = new ArrayList<>(); // (epochs + 1), header first
  private double seconds;

  private TrainingLog(Path file) {
    this.file = file;
    lines.add(HEADER);
  }

  static TrainingLog resume(Path file, int epoch) throws IOException {
    TrainingLog log = new TrainingLog(file);
    if (epoch > 0) {
      for (String line : Files.readAllLines(file).subList(1, epoch + 1)) {
        log.lines.add(line);
        log.seconds += Double.parseDouble(line.split(",", -1)[2]);
      }
    }
    return log;
  }

  void add(int epoch, double trainLoss, double epochSeconds) throws IOException {
    lines.add(String.format(Locale.ROOT, "%d,%.6f,%.1f", epoch, trainLoss, epochSeconds));
    seconds += epochSeconds;
    Files.write(file, lines);
  }

  /** Training time so far, over all resumptions, in seconds. */
  double seconds() {
    return seconds;
  }
}
