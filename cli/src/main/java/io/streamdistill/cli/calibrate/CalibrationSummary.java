package io.streamdistill.cli.calibrate;

import io.streamdistill.checkpoints.format.Calibration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a correction did to each class, as a table. */
final class CalibrationSummary {

  private CalibrationSummary() {}

  /**
   * Describes the correction: a heading, then a line per class.
   *
   * @param classNames in the order of the model's outputs
   */
  static List<String> lines(Calibration calibration, List<String> classNames) {
    int width = classNames.stream().mapToInt(String::length).reduce("class".length(), Math::max);
    List<String> lines = new ArrayList<>();
    lines.add(
        "  %s %9s  %9s  %9s  %9s"
            .formatted(pad("class", width), "before", "wanted", "after", "shift"));
    for (int k = 0; k < classNames.size(); k++) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %s %9.6f  %9.6f  %9.6f  %+9.4f",
              pad(classNames.get(k), width),
              calibration.trainedPrediction().get(k),
              calibration.wantedPrediction().get(k),
              calibration.meanPrediction().get(k),
              calibration.biasShift().get(k)));
    }
    return lines;
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }
}
