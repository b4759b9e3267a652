package io.streamdistill.experiments.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.streamdistill.experiments.lab.Results;
import io.streamdistill.experiments.lab.Results.Run;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {

  @TempDir private Path directory;

  private Results results(String experiment) throws IOException {
    return Results.open(
        directory.resolve(experiment + ".json"),
        Map.of("command", "./distill experiment " + experiment, "machine", "a <machine>"),
        "test_errors");
  }

  private static void add(Results results, String condition, long seed, Map<String, Object> figures)
      throws IOException {
    results.add(new Run(condition, seed, Results.settings(Map.of()), figures, 10));
  }

  @BeforeEach
  void someResults() throws IOException {
    Results student = results("mnist-student");
    add(student, "teacher", 0, Map.of("test_errors", 60));
    for (int seed = 1; seed <= 2; seed++) {
      add(student, "hard", seed, Map.of("test_errors", 139 + 2 * seed - 1)); // 140 and 142
      add(student, "soft_T20", seed, Map.of("test_errors", 78 + 2 * seed)); // 80 and 82
    }
    Results temperature = results("mnist-temperature");
    for (String t : List.of("1", "2.5", "20")) {
      add(temperature, "width_30_T" + t, 1, Map.of("test_errors", 300));
    }
    Results threes = results("mnist-no-threes");
    List<Integer> errors = IntStream.range(0, 10).boxed().toList();
    List<List<Integer>> confusion = Collections.nCopies(10, Collections.nCopies(10, 7));
    for (String state : List.of("before", "after")) {
      add(
          threes,
          "no_threes_" + state,
          1,
          Map.of("test_errors", 45, "errors_by_class", errors, "confusion", confusion));
    }
  }

  private String page() throws IOException {
    return Files.readString(directory.resolve("out").resolve("report.html"));
  }

  @Test
  void putsTheRunsBesideThePaper() throws Exception {
    assumeThat(hasFonts()).as("the picture needs a font").isTrue();

    Report.write(directory, directory.resolve("out"));

    assertThat(page())
        .contains("<td>146</td><td>141.0 ± 1.4</td><td>2</td>")
        .contains("<td>74</td><td>81.0 ± 1.4</td><td>2</td>")
        .contains("<td>91 %</td><td>74 %</td><td>2</td>") // (141 - 81) / (141 - 60)
        .contains("a &lt;machine&gt;")
        .doesNotContain("${");
    BufferedImage picture =
        ImageIO.read(directory.resolve("out").resolve("main-table.png").toFile());
    assertThat(picture.getWidth()).isGreaterThan(1000);
  }

  @Test
  void everyChartIsWellFormedAndHasItsPoints() throws Exception {
    String svg =
        new LineChart(
                "T < 40",
                Axis.Scale.LOGARITHMIC,
                "errors",
                Axis.Scale.LINEAR,
                List.of(
                    new LineChart.Series(
                        "a & b",
                        List.of(
                            new LineChart.Point(1, 300, 10),
                            new LineChart.Point(2.5, 290, 0),
                            new LineChart.Point(20, 310, 5)))))
            .svg();

    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new org.xml.sax.InputSource(new java.io.StringReader(svg)));
    assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(3);
    assertThat(svg).contains("a &amp; b, 2.5: 290").contains("300 ± 10");
  }

  @Test
  void saysSoWhenThereIsNothingToReport() {
    Path empty = directory.resolve("empty");

    assertThatThrownBy(() -> Report.write(empty, empty))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no results of an experiment; run one with --json");
  }

  @Test
  void refusesAFileThatHoldsNoResults() throws IOException {
    Files.writeString(directory.resolve("mnist-jitter.json"), "{}");

    assertThatThrownBy(() -> Report.write(directory, directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("mnist-jitter.json holds no results");
  }

  private static boolean hasFonts() {
    try {
      return new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB)
              .createGraphics()
              .getFontMetrics(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
              .stringWidth("x")
          > 0;
    } catch (RuntimeException | Error e) { // a Java without any font
      return false;
    }
  }
}
