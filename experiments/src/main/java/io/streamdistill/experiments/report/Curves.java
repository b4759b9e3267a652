package io.streamdistill.experiments.report;

import io.streamdistill.experiments.lab.Summary;
import io.streamdistill.experiments.report.Axis.Scale;
import io.streamdistill.experiments.report.LineChart.Point;
import io.streamdistill.experiments.report.LineChart.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The sections with curves: errors by temperature, and by cases seen. */
final class Curves {

  private static final Pattern WIDTH_AND_TEMPERATURE = Pattern.compile("width_(\\d+)_T([0-9.]+)");

  private final ResultFiles results;
  private final Page page;

  Curves(ResultFiles results, Page page) {
    this.results = results;
    this.page = page;
  }

  void add() {
    temperature();
    higherRate();
  }

  private void temperature() {
    Map<Integer, List<Point>> byWidth = new TreeMap<>();
    results
        .of("mnist-temperature")
        .ifPresent(
            found ->
                found
                    .summary()
                    .forEach(
                        (condition, summary) -> {
                          Matcher parts = WIDTH_AND_TEMPERATURE.matcher(condition);
                          if (parts.matches()) {
                            byWidth
                                .computeIfAbsent(
                                    Integer.valueOf(parts.group(1)), w -> new ArrayList<>())
                                .add(point(Double.parseDouble(parts.group(2)), summary));
                          }
                        }));
    if (byWidth.isEmpty()) {
      return;
    }
    page.section(
        "Temperature",
        "Students with two hidden layers of some width, each trained on the same soft targets at some"
            + " temperature T of the objective. Paper: with 300 units or more, every T above 8 is about as"
            + " good; with 30 units, T between 2.5 and 4 is best. Bars are one standard deviation.");
    page.append("<div class='grid2'>\n");
    byWidth.forEach(
        (width, points) ->
            page.append("<figure><figcaption>")
                .append(width)
                .append(" units a layer</figcaption>")
                .append(
                    new LineChart(
                            "temperature T",
                            Scale.LOGARITHMIC,
                            "test errors",
                            Scale.LINEAR,
                            List.of(new Series(width + " units", sorted(points))))
                        .svg())
                .append("</figure>\n"));
    page.append("</div>\n");
  }

  private void higherRate() {
    List<Series> series = new ArrayList<>();
    results
        .of("mnist-higher-rate")
        .ifPresent(
            found ->
                found
                    .summary()
                    .keySet()
                    .forEach(
                        condition ->
                            series.add(
                                new Series(
                                    condition
                                        .replace("hard_lr", "labels, rate ")
                                        .replace("soft_T20_lr", "soft targets, rate "),
                                    curve(condition)))));
    if (series.isEmpty()) {
      return;
    }
    page.section(
        "Fewer cases, higher rates",
        "Test errors against the number of cases that the student has seen (every pass counted), from labels"
            + " and from soft targets, at several learning rates. A rate that is missing diverged.");
    page.append("<figure>")
        .append(
            new LineChart("cases seen", Scale.LINEAR, "test errors", Scale.LOGARITHMIC, series)
                .svg())
        .append("</figure>\n");
  }

  /** Mean over seeds at each number of cases seen. */
  private List<Point> curve(String condition) {
    Map<Double, List<Double>> errors = new TreeMap<>();
    results
        .runs("mnist-higher-rate", condition)
        .map(run -> run.figures().get("errors_by_cases_seen"))
        .filter(Objects::nonNull)
        .forEach(
            curve ->
                ((List<?>) curve)
                    .forEach(
                        stage -> {
                          List<?> pair = (List<?>) stage;
                          errors
                              .computeIfAbsent(
                                  ((Number) pair.get(0)).doubleValue(), c -> new ArrayList<>())
                              .add(((Number) pair.get(1)).doubleValue());
                        }));
    return errors.entrySet().stream()
        .map(stage -> new Point(stage.getKey(), Summary.of(stage.getValue()).mean(), 0))
        .toList();
  }

  private static Point point(double x, Summary summary) {
    return new Point(x, summary.mean(), summary.sd() == null ? 0 : summary.sd());
  }

  private static List<Point> sorted(List<Point> points) {
    return points.stream()
        .sorted(java.util.Comparator.comparingDouble(Point::x))
        .collect(Collectors.toList());
  }
}
