package io.streamdistill.cli.evaluate;

import static io.streamdistill.cli.evaluate.Figures.MOST_NAME;
import static io.streamdistill.cli.evaluate.Figures.count;
import static io.streamdistill.cli.evaluate.Figures.counts;
import static io.streamdistill.cli.evaluate.Figures.figure;
import static io.streamdistill.cli.evaluate.Figures.interval;
import static io.streamdistill.cli.evaluate.Figures.name;
import static io.streamdistill.cli.evaluate.Figures.orZero;
import static io.streamdistill.cli.evaluate.Figures.pad;
import static io.streamdistill.cli.evaluate.Figures.percent;

import io.streamdistill.cli.evaluate.EvaluationReport.ByClass;
import io.streamdistill.cli.evaluate.EvaluationReport.Comparison;
import io.streamdistill.cli.evaluate.EvaluationReport.Pair;
import io.streamdistill.cli.evaluate.EvaluationReport.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A report for a reader, line by line. */
final class ReportText {

  /** Up to so many classes, each has its line. */
  private static final int ALL_CLASSES = 20;

  /** Of more classes, so many of the worst have one. */
  private static final int WORST_CLASSES = 10;

  private static final int CONFUSIONS = 5;

  private final EvaluationReport report;
  private final List<String> lines = new ArrayList<>();

  private ReportText(EvaluationReport report) {
    this.report = report;
  }

  static List<String> lines(EvaluationReport report) {
    ReportText text = new ReportText(report);
    text.heading();
    text.data();
    text.sides();
    text.comparison();
    text.classes();
    text.confusions();
    text.lines.addAll(ReportNotes.of(report));
    return text.lines;
  }

  private void add(String format, Object... arguments) {
    lines.add(String.format(Locale.ROOT, format, arguments).stripTrailing());
  }

  private void heading() {
    Comparison comparison = report.comparison();
    String found =
        report.errors() != null
            ? String.format(
                Locale.ROOT,
                "%,d errors in %,d (%.2f %% right)",
                report.errors(),
                report.labelled(),
                100 * orZero(report.accuracy()))
            : String.format(
                Locale.ROOT,
                "%,d of %,d as the teacher (%.2f %%)",
                comparison == null ? 0 : comparison.agreeing(),
                comparison == null ? 0 : comparison.examples(),
                comparison == null ? 0 : 100 * comparison.agreement());
    add(
        "%s: %s, %s%,d bytes, %.1f ms per 1,000",
        report.model(),
        found,
        report.parameters() == 0 // they are in no tensor, as in the trees of scikit-learn
            ? ""
            : String.format(Locale.ROOT, "%,d parameters, ", report.parameters()),
        report.modelBytes(),
        report.millisPer1000Predictions());
    add("");
  }

  private void data() {
    add("  student   %s", report.student().name());
    Side teacher = report.teacher();
    if (teacher != null) {
      add("  teacher   %s", teacher.name());
    }
    add(
        "  examples  %,d, %s labelled, from %s",
        report.examples(),
        report.labelled() == 0
            ? "none"
            : report.labelled() == report.examples()
                ? "all"
                : String.format(Locale.ROOT, "%,d", report.labelled()),
        report.data().source());
    if (!report.data().leftOut().isEmpty()) {
      add("  left out  %s", counts(report.data().leftOut()));
    }
    add("");
  }

  private void sides() {
    Side student = report.student();
    Side teacher = report.teacher();
    add("  %-24s %12s %12s", "", "student", teacher == null ? "" : "teacher");
    if (student.errors() != null) {
      row("errors", count(student.errors()), teacher == null ? "" : count(teacher.errors()));
      row(
          "accuracy",
          percent(student.accuracy()),
          teacher == null ? "" : percent(teacher.accuracy()));
      row(
          "  95 % interval",
          interval(student.accuracyInterval()),
          teacher == null ? "" : interval(teacher.accuracyInterval()));
    }
    row(
        student.errors() != null || teacher == null
            ? "calibration error (ECE)"
            : "ECE, by the teacher",
        figure(student.calibrationError()),
        teacher == null || teacher.calibrationError() == null
            ? ""
            : figure(teacher.calibrationError()));
    add("");
  }

  private void row(String name, String student, String teacher) {
    add("  %-24s %12s %12s", name, student, teacher);
  }

  private void comparison() {
    Comparison both = report.comparison();
    if (both == null) {
      return;
    }
    add(
        "  agreement   %s (%,d of %,d; 95 %% interval %s %%)",
        percent(both.agreement()),
        both.agreeing(),
        both.examples(),
        interval(both.agreementInterval()));
    add("  divergence  %.4g nats, KL(teacher || student) at T = 1, mean", both.divergence());
    if (report.labelled() > 0) {
      add(
          "  both right %,d, only the student %,d, only the teacher %,d, both wrong %,d",
          both.bothRight(), both.onlyStudentRight(), both.onlyTeacherRight(), both.bothWrong());
    }
    add("");
  }

  private void classes() {
    boolean labels = report.labelled() > 0;
    List<ByClass> all = report.classes();
    List<ByClass> shown = all;
    if (all.size() > ALL_CLASSES) {
      shown =
          all.stream()
              .filter(one -> (labels ? one.recall() : one.agreement()) != null)
              .sorted(
                  Comparator.comparingDouble(
                          (ByClass one) -> orZero(labels ? one.recall() : one.agreement()))
                      .thenComparing(
                          Comparator.comparingLong(
                                  (ByClass one) -> labels ? one.support() : one.teacherAnswers())
                              .reversed()))
              .limit(WORST_CLASSES)
              .toList();
      add(
          "  the %d worst of %,d classes, by %s:",
          shown.size(), all.size(), labels ? "recall" : "agreement");
    }
    int width =
        Math.min(MOST_NAME, shown.stream().mapToInt(one -> one.name().length()).max().orElse(0));
    width = Math.max(width, "class".length());
    boolean taught = report.teacher() != null;
    add(
        "  %s%s%s",
        pad("class", width),
        labels ? "   support   errors    recall  precision" : "",
        taught ? "   teacher  agreement" : "");
    for (ByClass one : shown) {
      add(
          "  %s%s%s",
          pad(name(one.name()), width),
          labels
              ? String.format(
                  Locale.ROOT,
                  " %,9d %,8d %9s %10s",
                  one.support(),
                  one.errors(),
                  percent(one.recall()),
                  percent(one.precision()))
              : "",
          taught
              ? String.format(
                  Locale.ROOT, " %,9d %10s", one.teacherAnswers(), percent(one.agreement()))
              : "");
    }
    if (report.labelled() > 0) {
      long without = all.stream().filter(one -> one.support() == 0).count();
      if (without > 0 && shown != all) {
        add("  %,d classes have no labelled example", without);
      }
    }
  }

  private void confusions() {
    confusions("label", report.confusions().labels());
    if (report.teacher() != null) {
      confusions("teacher", report.confusions().teacher());
    }
  }

  private void confusions(String truth, List<Pair> pairs) {
    if (pairs.isEmpty()) {
      return;
    }
    add("");
    add("  most frequent confusions, %s -> student:", truth);
    for (Pair pair : pairs.subList(0, Math.min(CONFUSIONS, pairs.size()))) {
      add(
          "  %,8d  %s -> %s (%s of %s)",
          pair.count(),
          name(pair.truth()),
          name(pair.answer()),
          percent(pair.share()),
          name(pair.truth()));
    }
  }
}
