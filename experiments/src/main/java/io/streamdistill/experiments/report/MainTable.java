package io.streamdistill.experiments.report;

import io.streamdistill.experiments.lab.Results.Run;
import io.streamdistill.experiments.lab.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the paper reports, and what came out here, row by row. */
record MainTable(List<Row> rows) {

  private static final int TEST_IMAGES = 10_000;
  private static final int THREE = 3;

  /**
   * One row.
   *
   * @param experiment that it comes from
   * @param what was measured
   * @param paper the paper's figure, or a dash
   * @param ours mean and standard deviation over seeds, or a dash when it was not run
   * @param seeds number of runs, 0 when it was not run
   */
  record Row(String experiment, String what, String paper, String ours, int seeds) {}

  static MainTable of(ResultFiles results) {
    List<Row> rows = new ArrayList<>();
    rows.add(errors(results, "mnist-teacher", "teacher", "teacher 784-1200-1200-10, errors", "67"));
    rows.add(
        errors(results, "mnist-student", "hard", "student 784-800-800-10, labels only", "146"));
    rows.add(errors(results, "mnist-student", "soft_T20", "student, soft targets at T = 20", "74"));
    rows.add(
        errors(results, "mnist-student", "soft_T20_hard", "student, soft targets and labels", "-"));
    rows.add(
        share(
            results,
            List.of("mnist-student", "hard", "soft_T20", "teacher"),
            "gap between labels and teacher closed by soft targets",
            "91 %"));
    rows.add(
        errors(
            results,
            "mnist-jitter",
            "jitter_soft_T20",
            "student, teacher labels shifted copies",
            "-"));
    omitted(results, rows);
    rows.add(
        share(
            results,
            List.of("mnist-few-labels", "hard_3pct_early_stopping", "soft_3pct", "hard_all"),
            "3 % of the cases: gap to all labels recovered by soft targets",
            "87 % (speech)"));
    for (String way : List.of("arithmetic", "geometric")) {
      rows.add(
          share(
              results,
              List.of("mnist-ensemble", "single", "distilled_" + way, "ensemble_" + way),
              "gain of 10 nets kept by one, " + way + " mean",
              "> 80 % (speech)"));
    }
    rows.add(
        share(
            results,
            List.of("mnist-ensemble", "single", "distilled_single", "ensemble_arithmetic"),
            "... when one of the 10 is the teacher instead",
            "-"));
    return new MainTable(List.copyOf(rows));
  }

  private static void omitted(ResultFiles results, List<Row> rows) {
    String threes = "mnist-no-threes";
    String other = "mnist-sevens-eights";
    String corrected = ", biases corrected without labels";
    rows.add(errors(results, threes, "no_threes_before", "no 3 ever seen, errors", "206"));
    rows.add(errorsOnThrees(results, "no_threes_before", "133"));
    rows.add(errors(results, threes, "no_threes_after", "no 3 ever seen" + corrected, "109"));
    rows.add(errorsOnThrees(results, "no_threes_after", "14"));
    rows.add(percent(results, other, "sevens_eights_before", "only 7s and 8s seen", "47.3 %"));
    rows.add(
        percent(
            results, other, "sevens_eights_after", "only 7s and 8s seen" + corrected, "13.2 %"));
  }

  private static Row errorsOnThrees(ResultFiles results, String condition, String paper) {
    return row(
        results.summary("mnist-no-threes", condition, MainTable::errorsOnThrees),
        "mnist-no-threes",
        "... of which on the 1,010 test 3s",
        paper);
  }

  private static Object errorsOnThrees(Run run) {
    return run.figures().get("errors_by_class") instanceof List<?> errors ? errors.get(THREE) : "";
  }

  private static Row errors(
      ResultFiles results, String experiment, String condition, String what, String paper) {
    return row(results.summary(experiment, condition), experiment, what, paper);
  }

  private static Row percent(
      ResultFiles results, String experiment, String condition, String what, String paper) {
    return results
        .summary(experiment, condition)
        .map(
            ours ->
                new Row(
                    experiment, what, paper, spread(ours, 100.0 / TEST_IMAGES) + " %", ours.n()))
        .orElseGet(() -> missing(experiment, what, paper));
  }

  private static Row row(Optional<Summary> ours, String experiment, String what, String paper) {
    return ours.map(found -> new Row(experiment, what, paper, spread(found, 1), found.n()))
        .orElseGet(() -> missing(experiment, what, paper));
  }

  /**
   * A share of a way gone.
   *
   * @param way experiment, and the conditions where it begins, that was reached, where it ends
   */
  private static Row share(ResultFiles results, List<String> way, String what, String paper) {
    String experiment = way.get(0);
    int seeds = results.summary(experiment, way.get(2)).map(Summary::n).orElse(0);
    return results
        .share(experiment, way.get(1), way.get(2), way.get(3))
        .map(
            share ->
                new Row(
                    experiment,
                    what,
                    paper,
                    String.format(Locale.ROOT, "%.0f %%", 100 * share),
                    seeds))
        .orElseGet(() -> missing(experiment, what, paper));
  }

  private static Row missing(String experiment, String what, String paper) {
    return new Row(experiment, what, paper, "-", 0);
  }

  /** Mean and standard deviation, each times {@code factor}. */
  static String spread(Summary summary, double factor) {
    String mean = String.format(Locale.ROOT, "%.1f", factor * summary.mean());
    return summary.sd() == null
        ? mean
        : mean + String.format(Locale.ROOT, " ± %.1f", factor * summary.sd());
  }
}
