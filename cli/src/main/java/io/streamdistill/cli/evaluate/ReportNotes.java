package io.streamdistill.cli.evaluate;

import static io.streamdistill.cli.evaluate.Figures.name;
import static io.streamdistill.cli.evaluate.Figures.percent;

import io.streamdistill.cli.evaluate.EvaluationReport.ByClass;
import io.streamdistill.cli.evaluate.EvaluationReport.Comparison;
import io.streamdistill.cli.evaluate.EvaluationReport.Side;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Says what no classifier does that has learned and is fed rightly. */
final class ReportNotes {

  /** Examples from which on a share says something. */
  private static final int ENOUGH = 30;

  private final EvaluationReport report;
  private final List<String> lines = new ArrayList<>();

  private ReportNotes(EvaluationReport report) {
    this.report = report;
  }

  static List<String> of(EvaluationReport report) {
    ReportNotes notes = new ReportNotes(report);
    notes.compare();
    return notes.lines;
  }

  private void compare() {
    ByClass usual = Collections.max(report.classes(), Comparator.comparingLong(ByClass::support));
    double share = (double) usual.support() / Math.max(1, report.labelled());
    if (report.labelled() >= ENOUGH && share < 1) {
      if (isNoBetter(report.student(), share)) {
        add(
            "the student is right no more often than one that always says %s (%s):",
            name(usual.name()), percent(share));
        lines.add(
            "  it has not learned, or is fed other columns or another scale than it was trained on");
      }
      if (report.teacher() != null && isNoBetter(report.teacher(), share)) {
        add(
            "the teacher is right no more often than one that always says %s (%s):",
            name(usual.name()), percent(share));
        lines.add(
            "  check what it is fed (scale, offset, order of columns) and the order of the classes");
      }
    } else if (report.labelled() == 0) {
      compareWithTeacher();
    }
  }

  private void compareWithTeacher() {
    Comparison both = report.comparison();
    ByClass said =
        Collections.max(report.classes(), Comparator.comparingLong(ByClass::teacherAnswers));
    if (both != null
        && both.examples() >= ENOUGH
        && said.teacherAnswers() < both.examples()
        && both.agreement() <= (double) said.teacherAnswers() / both.examples()) {
      add(
          "the student agrees with the teacher no more often than one that always says %s:",
          name(said.name()));
      lines.add("  it has not learned, or the two are fed different features");
    }
  }

  private static boolean isNoBetter(Side side, double share) {
    return side.accuracy() != null && side.accuracy() <= share;
  }

  private void add(String format, Object... arguments) {
    lines.add("");
    lines.add("  note: " + format.formatted(arguments));
  }
}
