package io.streamdistill.student.publish;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.checkpoints.format.LearningRecord.Recovery;
import io.streamdistill.checkpoints.format.Origin;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.student.source.LogPosition;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a model card says in its tables, in words. */
final class CardWords {

  private CardWords() {}

  static String teachers(Progress progress) {
    return progress.teacherExamples().isEmpty()
        ? "not counted"
        : progress.teacherExamples().entrySet().stream()
            .map(teacher -> "`%s`: %d".formatted(teacher.getKey(), teacher.getValue()))
            .collect(Collectors.joining(", "));
  }

  private static String rounded(double value) {
    return new BigDecimal(value, new MathContext(4)).stripTrailingZeros().toPlainString();
  }

  static String start(@Nullable Origin origin) {
    return origin == null
        ? "random"
        : "those of `%s`, after %d examples".formatted(origin.id(), origin.examplesSeen());
  }

  static String learning(@Nullable LearningRecord learning) {
    if (learning == null) {
      return "not watched";
    }
    StringBuilder text = new StringBuilder(learning.state()).append(": ").append(learning.detail());
    for (Recovery recovery : learning.recoveries()) {
      text.append(
          "; diverged at step %d (%s), went back to step %d, learning rate times %s"
              .formatted(
                  recovery.step(), recovery.reason(), recovery.backTo(), recovery.rateFactor()));
    }
    return text.toString().replace("|", "\\|");
  }

  static String standardised(@Nullable StudentScales scales) {
    if (scales == null || scales.standardisation() == null) {
      return "";
    }
    return ", then `clip((x - mean) / deviation, ±%s)` for each\nfeature, by figures that were %s"
        .formatted(
            scales.standardisation().limit(),
            "measured on the first %d records; `manifest.json` has them"
                .formatted(scales.examples()));
  }

  /** In words; the equation is that of {@code DistillationObjective}. */
  static String objective(JsonNode configuration, @Nullable StudentScales scales) {
    JsonNode objective = configuration.path("objective");
    double hard = objective.path("hardWeight").asDouble();
    double temperature =
        scales == null || objective.path("temperature").isNumber()
            ? objective.path("temperature").asDouble()
            : scales.temperature();
    String soft =
        "cross-entropy with soft targets at T = %s, times T²".formatted(rounded(temperature));
    double sharp = objective.path("sharpWeight").asDouble();
    double spread = scales == null ? 1 : scales.spread();
    boolean small = spread > 0 && spread < 1 && objective.path("logitScale").isTextual();
    double own = small ? spread : 1; // h of the objective
    if (sharp > 0 && temperature > own) {
      soft += ", + %s × the same at T = %s".formatted(rounded(sharp), rounded(own));
    }
    return hard == 0
        ? soft + ", no label"
        : "%s × (%s) + %s × cross-entropy with the label, where a record has one"
            .formatted(1 - hard, soft, hard);
  }

  /** Which values the model is made for. */
  static String range(FeatureContract features) {
    return switch (features.type()) {
      case U8 ->
          "%d of 0 to 255, which the network sees as %s to %s"
              .formatted(
                  features.length(), features.offset(), 255 * features.scale() + features.offset());
      case F16, F32 ->
          "%d finite numbers, which the network sees times %s, plus %s"
              .formatted(features.length(), features.scale(), features.offset());
    };
  }

  /** From the first offset of a pass to the newest that was taken, both included. */
  static String offsets(LogPosition position) {
    return position.covered().entrySet().stream()
        .map(
            end -> {
              long start = position.starts().getOrDefault(end.getKey(), 0L);
              return end.getValue() <= start
                  ? end.getKey() + ": none"
                  : "%d: %d to %d".formatted(end.getKey(), start, end.getValue() - 1);
            })
        .collect(Collectors.joining(", "));
  }
}
