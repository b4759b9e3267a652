package io.streamdistill.cli.pull;

import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a person wants to know of a checkpoint, in a few lines. */
final class ManifestSummary {

  private ManifestSummary() {}

  /** Describes the checkpoint: version, examples, metrics, teachers, files. */
  static List<String> lines(Manifest manifest) {
    List<String> lines = new ArrayList<>();
    lines.add(line("checkpoint", manifest.id().toString()));
    lines.add(line("created", manifest.createdTime().toString()));
    lines.add(
        line("trained on", "%,d examples in %,d steps", manifest.examplesSeen(), manifest.step()));
    Origin origin = manifest.initFrom();
    if (origin != null) {
      lines.add(line("init from", "%s, after %,d examples", origin.id(), origin.examplesSeen()));
    }
    for (Map.Entry<String, Double> metric : manifest.metrics().entrySet()) {
      lines.add(line("metric", "%s = %.6g", metric.getKey(), metric.getValue()));
    }
    Map<String, Long> examples = manifest.teacherExamples();
    for (String teacher : manifest.teacherVersions()) {
      Long ofTeacher = examples == null ? null : examples.get(teacher);
      lines.add(
          ofTeacher == null
              ? line("teacher", teacher)
              : line("teacher", "%s, %,d examples", teacher, ofTeacher));
    }
    for (FileEntry file : manifest.files()) {
      lines.add(line("file", "%s, %,d bytes, sha-256 %s", file.name(), file.size(), file.sha256()));
    }
    return lines;
  }

  private static String line(String label, String format, Object... arguments) {
    String value = arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments);
    return "  %-11s %s".formatted(label, value);
  }
}
