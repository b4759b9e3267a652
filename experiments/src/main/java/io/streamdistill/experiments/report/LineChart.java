package io.streamdistill.experiments.report;

import io.streamdistill.experiments.report.Axis.Scale;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lines with spread, as SVG. Text is laid out by whoever shows it, so none of the fonts are needed
 * that a machine without a screen may not have.
 *
 * @param series the lines, in the order of the legend
 */
record LineChart(String xLabel, Scale xScale, String yLabel, Scale yScale, List<Series> series) {

  /**
   * One line.
   *
   * @param points by rising x
   */
  record Series(String name, List<Point> points) {}

  /**
   * One point.
   *
   * @param spread half the height of its error bar, 0 for none
   */
  record Point(double x, double y, double spread) {}

  // Okabe and Ito's colours, which the colour-blind tell apart as well.
  private static final List<String> COLOURS =
      List.of("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000");

  private static final int WIDTH = 640;
  private static final int HEIGHT = 340;
  private static final int LEFT = 64;
  private static final int RIGHT = 36; // half of the last number
  private static final int TOP = 14;
  private static final int BOTTOM = 50;
  private static final int LEGEND_ROW = 20;

  /** The whole element, to be put into a page. */
  String svg() {
    Axis x = Axis.over(xLabel, xScale, points().mapToDouble(Point::x));
    Axis y =
        Axis.over(
            yLabel,
            yScale,
            points()
                .flatMap(p -> Stream.of(p.y() - p.spread(), p.y() + p.spread()))
                .mapToDouble(v -> v));
    StringBuilder svg = new StringBuilder();
    int legend = series.size() > 1 ? LEGEND_ROW * series.size() : 0;
    line(
        svg,
        "<svg viewBox='0 0 %d %d' role='img' aria-label='%s by %s'>",
        WIDTH,
        HEIGHT + legend,
        Html.text(yLabel),
        Html.text(xLabel));
    axes(svg, x, y);
    for (int i = 0; i < series.size(); i++) {
      String colour = COLOURS.get(i % COLOURS.size());
      plot(svg, series.get(i), colour, x, y);
      if (legend > 0) {
        int at = HEIGHT + LEGEND_ROW * i + 8;
        line(svg, "<path d='M%d %dh22' stroke='%s' stroke-width='3'/>", LEFT, at, colour);
        line(
            svg,
            "<text x='%d' y='%d'>%s</text>",
            LEFT + 30,
            at + 4,
            Html.text(series.get(i).name()));
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private Stream<Point> points() {
    return series.stream().flatMap(one -> one.points().stream());
  }

  private static double right(Axis x, double value) {
    return LEFT + x.place(value) * (WIDTH - LEFT - RIGHT);
  }

  private static double down(Axis y, double value) {
    return HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM);
  }

  private static void axes(StringBuilder svg, Axis x, Axis y) {
    int floor = HEIGHT - BOTTOM;
    for (double tick : y.ticks()) {
      double at = down(y, tick);
      line(svg, "<path class='grid' d='M%d %.1fH%d'/>", LEFT, at, WIDTH - RIGHT);
      line(
          svg,
          "<text x='%d' y='%.1f' text-anchor='end'>%s</text>",
          LEFT - 8,
          at + 4,
          Html.number(tick));
    }
    for (double tick : x.ticks()) {
      double at = right(x, tick);
      line(svg, "<path class='axis' d='M%.1f %dv5'/>", at, floor);
      line(
          svg,
          "<text x='%.1f' y='%d' text-anchor='middle'>%s</text>",
          at,
          floor + 20,
          Html.number(tick));
    }
    line(svg, "<path class='axis' d='M%d %dH%d'/>", LEFT, floor, WIDTH - RIGHT);
    line(
        svg,
        "<text x='%d' y='%d' text-anchor='middle'>%s</text>",
        (LEFT + WIDTH - RIGHT) / 2,
        HEIGHT - 10,
        Html.text(x.label()));
    line(
        svg,
        "<text transform='translate(16 %d) rotate(-90)' text-anchor='middle'>%s</text>",
        (TOP + floor) / 2,
        Html.text(y.label()));
  }

  private static void plot(StringBuilder svg, Series one, String colour, Axis x, Axis y) {
    line(
        svg,
        "<path d='M%s' fill='none' stroke='%s' stroke-width='2'/>",
        one.points().stream()
            .map(p -> format("%.1f %.1f", right(x, p.x()), down(y, p.y())))
            .collect(Collectors.joining("L")),
        colour);
    for (Point point : one.points()) {
      if (point.spread() > 0) {
        line(
            svg,
            "<path d='M%.1f %.1fV%.1f' stroke='%s' opacity='0.5'/>",
            right(x, point.x()),
            down(y, point.y() - point.spread()),
            down(y, point.y() + point.spread()),
            colour);
      }
      line(
          svg,
          "<circle cx='%.1f' cy='%.1f' r='3' fill='%s'><title>%s, %s: %s%s</title></circle>",
          right(x, point.x()),
          down(y, point.y()),
          colour,
          Html.text(one.name()),
          Html.number(point.x()),
          Html.number(point.y()),
          point.spread() > 0 ? " ± " + Html.number(point.spread()) : "");
    }
  }

  private static void line(StringBuilder svg, String format, Object... arguments) {
    svg.append(format(format, arguments)).append('\n');
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
