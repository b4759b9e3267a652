package io.streamdistill.student.publish;

import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether the weights of a checkpoint mean the same in a student: same features, same classes, same
 * architecture.
 */
final class Compatibility {

  private Compatibility() {}

  /** What differs, a line each, with both sides; empty when the weights fit. */
  static List<String> problems(Manifest checkpoint, StudentIdentity student) {
    List<String> problems = new ArrayList<>();
    add(problems, "features: ", text(checkpoint.features()), text(student.features()));
    classes(problems, checkpoint.classMap(), student.classes());
    layers(
        problems,
        Architecture.of(
                checkpoint.configuration().path("network"),
                checkpoint.features(),
                checkpoint.classMap())
            .layers(),
        Architecture.of(student.network(), student.features(), student.classes()).layers());
    return problems;
  }

  private static void classes(List<String> problems, ClassMap there, ClassMap here) {
    if (there.count() != here.count()) {
      add(problems, "classes: ", Integer.toString(there.count()), Integer.toString(here.count()));
      return;
    }
    for (int k = 0; k < there.count(); k++) {
      add(problems, "class %d: ".formatted(k), there.names().get(k), here.names().get(k));
    }
  }

  private static void layers(List<String> problems, List<String> there, List<String> here) {
    for (int line = 0; line < Math.max(there.size(), here.size()); line++) {
      add(problems, "", line(there, line), line(here, line));
    }
  }

  private static String line(List<String> lines, int index) {
    return index < lines.size() ? lines.get(index) : "no more layers";
  }

  private static void add(List<String> problems, String what, String there, String here) {
    if (!there.equals(here)) {
      problems.add("%s%s; configured: %s".formatted(what, there, here));
    }
  }

  private static String text(FeatureContract features) {
    return "%s %s, x * %s + %s"
        .formatted(
            features.type().name().toLowerCase(Locale.ROOT),
            features.shape(),
            features.scale(),
            features.offset());
  }
}
