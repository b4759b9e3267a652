package io.streamdistill.experiments.report;

import io.streamdistill.experiments.defaults.Cell;
import io.streamdistill.experiments.defaults.Cells;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One page about all experiments, made of nothing but the files of their results. */
public final class Report {

  private static final String PAGE = "report.html";
  private static final String DEFAULTS = "defaults";
  private static final String PICTURE = "main-table.png";
  private static final int CLASSES = 10;

  private static final List<String> EXPERIMENTS =
      List.of(
          "mnist-teacher",
          "mnist-student",
          "mnist-jitter",
          "mnist-temperature",
          "mnist-no-threes",
          "mnist-sevens-eights",
          "mnist-few-labels",
          "mnist-ensemble",
          "mnist-higher-rate",
          DEFAULTS);

  private final ResultFiles results;
  private final Page page = new Page();

  private Report(ResultFiles results) {
    this.results = results;
  }

  /**
   * Writes {@code report.html}, which needs nothing beside it, and {@code main-table.png}.
   *
   * @param from folder with the results, {@code NAME.json}
   * @param into folder that is made if need be
   * @throws IOException when there are no results, or nothing can be written
   */
  public static void write(Path from, Path into) throws IOException {
    ResultFiles results = ResultFiles.in(from, EXPERIMENTS);
    Files.createDirectories(into);
    Files.writeString(into.resolve(PAGE), new Report(results).html());
    TableImage.write(MainTable.of(results), into.resolve(PICTURE));
  }

  private String html() throws IOException {
    mainTable();
    new Curves(results, page).add();
    noThrees();
    sevensAndEights();
    fewLabels();
    ensemble();
    defaults();
    runs();
    return page.html();
  }

  private void mainTable() {
    page.section("The paper and this pipeline", "");
    page.append(
        Html.table(
            List.of("measured on the 10,000 test images", "paper", "here", "seeds"),
            MainTable.of(results).rows().stream()
                .map(
                    row ->
                        List.of(
                            row.what(),
                            row.paper(),
                            row.ours(),
                            row.seeds() == 0 ? "-" : Integer.toString(row.seeds())))
                .toList()));
    page.text(
        "Figures of this pipeline are mean ± standard deviation over seeds. A dash means that the paper"
            + " gives no figure, or that the experiment has not been run. (speech): the paper shows this"
            + " on a speech corpus that is not public; here it is shown on MNIST.");
  }

  private void noThrees() {
    if (results.summary("mnist-no-threes", "no_threes_before").isEmpty()) {
      return;
    }
    page.section(
        "No 3 in the transfer set",
        "What the students answer to the 1,010 test images of a 3, of which they have never seen one. The"
            + " output biases are then shifted until the mean prediction on unlabelled images equals the"
            + " teacher's; no label is used. Sums over all seeds.");
    List<List<String>> rows = new ArrayList<>();
    for (String state : List.of("before", "after")) {
      rows.add(row(state, results.answers("mnist-no-threes", "no_threes_" + state, 3)));
    }
    page.append(Html.table(digits("answers to a 3"), rows));
  }

  private void sevensAndEights() {
    if (results.summary("mnist-sevens-eights", "sevens_eights_before").isEmpty()) {
      return;
    }
    page.section(
        "Only 7s and 8s in the transfer set",
        "Share of wrong answers by the true digit, over all seeds, before and after the same correction.");
    List<List<String>> rows = new ArrayList<>();
    for (String state : List.of("before", "after")) {
      List<String> row = new ArrayList<>(List.of(state));
      for (int digit = 0; digit < CLASSES; digit++) {
        long[] answers = results.answers("mnist-sevens-eights", "sevens_eights_" + state, digit);
        long all = java.util.Arrays.stream(answers).sum();
        row.add(String.format(Locale.ROOT, "%.1f %%", 100.0 * (all - answers[digit]) / all));
      }
      rows.add(row);
    }
    page.append(Html.table(digits("wrong answers"), rows));
  }

  private void fewLabels() {
    conditions(
        "mnist-few-labels",
        "3 % of the cases",
        "1,800 images: their labels, with and without early stopping (on the labels of another 1,800), or"
            + " their soft targets, trained to the end. hard_all has the labels of all 60,000.");
  }

  private void ensemble() {
    conditions(
        "mnist-ensemble",
        "Ten nets into one",
        "Ten nets of the student's own size, trained with other seeds on the labels of 15,000 images; their"
            + " arithmetic or geometric mean is the teacher of one such net, on all 60,000 images without"
            + " labels. distilled_single is the student of one net, on the same images.");
  }

  private void defaults() {
    Map<String, Cell> cells =
        results.of(DEFAULTS).map(found -> Cells.of(found.runs())).orElse(Map.of());
    if (cells.isEmpty()) {
      return;
    }
    page.section(
        "The defaults, on other tasks",
        "Agreement with the teacher on test rows, in per cent, of students that were trained with the"
            + " defaults, and of the same nets trained offline. Means over seeds; the target is 1 point, 2"
            + " where there are fewer than 200 test rows.");
    page.append(
        Html.table(
            List.of("task", "here", "offline", "difference", "target"),
            cells.entrySet().stream()
                .map(
                    entry ->
                        List.of(
                            entry.getKey(),
                            percent(entry.getValue().agreement()),
                            percent(entry.getValue().reference()),
                            points(entry.getValue().difference()),
                            entry.getValue().met() ? "met" : "missed"))
                .toList()));
  }

  private static String percent(@Nullable Double share) {
    return share == null ? "-" : String.format(Locale.ROOT, "%.2f", 100 * share);
  }

  private static String points(@Nullable Double points) {
    return points == null ? "-" : String.format(Locale.ROOT, "%+.2f", points);
  }

  private void conditions(String experiment, String title, String about) {
    results
        .of(experiment)
        .ifPresent(
            found -> {
              page.section(title, about);
              page.append(
                  Html.table(
                      List.of("condition", "test errors", "seeds"),
                      found.summary().entrySet().stream()
                          .map(
                              one ->
                                  List.of(
                                      one.getKey(),
                                      MainTable.spread(one.getValue(), 1),
                                      Integer.toString(one.getValue().n())))
                          .toList()));
            });
  }

  private void runs() {
    page.section(
        "How these figures were made",
        "Every student read a soft-target topic with the student-trainer, as in production, and was judged"
            + " by its exported ONNX model. Each run, with its settings, is in the file of its experiment."
            + " Seconds are those of all runs, one after the other; two ran at a time.");
    List<List<String>> rows = new ArrayList<>();
    for (String experiment : EXPERIMENTS) {
      results
          .of(experiment)
          .ifPresent(
              found ->
                  rows.add(
                      List.of(
                          experiment,
                          found.head("command"),
                          found.head("machine"),
                          String.format(Locale.ROOT, "%,.0f s", found.seconds()))));
    }
    page.append(Html.table(List.of("experiment", "command", "machine", "time"), rows));
  }

  private static List<String> digits(String first) {
    return IntStream.rangeClosed(-1, CLASSES - 1)
        .mapToObj(digit -> digit < 0 ? first : Integer.toString(digit))
        .toList();
  }

  private static List<String> row(String first, long[] values) {
    List<String> row = new ArrayList<>(List.of(first));
    for (long value : values) {
      row.add(String.format(Locale.ROOT, "%,d", value));
    }
    return row;
  }
}
