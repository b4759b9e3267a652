package io.streamdistill.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.cli.evaluate.EvaluationReport.ByClass;
import io.streamdistill.records.ClassMap;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ScoreboardTest {

  private static final Offset<Double> CLOSE = within(1e-9);
  private static final ClassMap PETS = new ClassMap(List.of("cat", "dog", "fox"));

  private final Scoreboard board = new Scoreboard(3);

  @Test
  void countsBesideTheLabelsAndBesideTheTeacher() {
    add("cat", "cat", "cat");
    add("cat", "cat", "dog"); // both wrong
    add("dog", "cat", "dog"); // only the student right
    add("fox", "dog", "dog"); // only the teacher right
    add("fox", "fox", null);

    EvaluationReport report = report("teacher.onnx");

    assertThat(report.examples()).isEqualTo(5);
    assertThat(report.labelled()).isEqualTo(4);
    assertThat(report.errors()).isEqualTo(2);
    assertThat(report.accuracy()).isEqualTo(0.5);
    assertThat(report.errorsPerClass()).containsExactly(0L, 2L, 0L);
    assertThat(report.examplesPerClass()).containsExactly(1L, 3L, 0L);
    assertThat(report.teacher()).returns(2L, EvaluationReport.Side::errors);
    assertThat(report.comparison())
        .returns(3L, EvaluationReport.Comparison::agreeing)
        .returns(5L, EvaluationReport.Comparison::examples)
        .returns(0.6, EvaluationReport.Comparison::agreement)
        .returns(1L, EvaluationReport.Comparison::bothRight)
        .returns(1L, EvaluationReport.Comparison::onlyStudentRight)
        .returns(1L, EvaluationReport.Comparison::onlyTeacherRight)
        .returns(1L, EvaluationReport.Comparison::bothWrong);
    assertThat(report.classes().get(1)).isEqualTo(new ByClass("dog", 3, 2, 1 / 3.0, 1.0, 1, 0.0));
    assertThat(report.classes().get(2)).isEqualTo(new ByClass("fox", 0, 0, null, 0.0, 1, 1.0));
    assertThat(report.confusions().labels())
        .containsExactly(
            new EvaluationReport.Pair("dog", "cat", 1, 1 / 3.0),
            new EvaluationReport.Pair("dog", "fox", 1, 1 / 3.0));
    assertThat(report.confusions().teacher())
        .extracting(EvaluationReport.Pair::truth)
        .containsExactly("cat", "dog");
  }

  @Test
  void measuresTheDivergenceFromTeacherToStudent() {
    double[] p = {0.5, 0.5, 0};
    double[] q = {0.25, 0.5, 0.25};
    board.add(logs(q), logs(p), null);
    board.add(logs(p), logs(p), null);

    assertThat(board.meanDivergence()).isEqualTo(0.5 * Math.log(2) / 2, CLOSE);
  }

  @Test
  void weighsTheCalibrationErrorByTheExamplesOfABin() {
    CalibrationError error = new CalibrationError();
    for (int i = 0; i < 8; i++) {
      error.add(0.95, i < 6); // |0.75 - 0.95| = 0.2
    }
    error.add(0.5, true);
    error.add(0.5, true); // |1 - 0.5| = 0.5

    assertThat(error.value()).isEqualTo(0.8 * 0.2 + 0.2 * 0.5, CLOSE);
    assertThat(new CalibrationError().value()).isNaN();
  }

  @Test
  void
      givesWilsonsInterval() { // Brown, Cai and DasGupta 2001 have the formula; by hand for 9 of 10
    assertThat(Interval.of(9, 10).low()).isEqualTo(0.59585, within(1e-5));
    assertThat(Interval.of(9, 10).high()).isEqualTo(0.98212, within(1e-5));
    assertThat(Interval.of(10, 10)).returns(1.0, Interval::high);
    assertThat(Interval.of(10, 10).low()).isBetween(0.7, 0.75);
  }

  @Test
  void judgesCalibrationByTheTeacherWhereNothingIsLabelled() {
    board.add(logs(0.8, 0.1, 0.1), logs(0.9, 0.05, 0.05), null);

    EvaluationReport report = report("teacher.onnx");

    assertThat(report.student().calibrationError()).isEqualTo(0.2, CLOSE);
    assertThat(report.errors()).isNull();
    assertThat(report.errorsPerClass()).isNull();
    assertThat(String.join("\n", ReportText.lines(report)))
        .contains("1 of 1 as the teacher (100.00 %)")
        .contains("ECE, by the teacher")
        .doesNotContain("recall")
        .doesNotContain("NaN");
  }

  @Test
  void printsOneLineAClassOrTheWorstOfMany() {
    add("cat", "cat", "dog");
    Scoreboard wide = new Scoreboard(1000);
    for (int k = 0; k < 1000; k++) {
      double[] answer = new double[1000];
      answer[k == 7 ? 8 : k] = 9;
      wide.add(answer, null, k);
    }
    ClassMap names = new ClassMap(IntStream.range(0, 1000).mapToObj(k -> "class-" + k).toList());

    List<String> few = ReportText.lines(report(null));
    List<String> many =
        ReportText.lines(EvaluationReport.of(wide, names, model(), null, cost(), data()));

    assertThat(few).filteredOn(line -> line.matches("  (cat|dog|fox) .*")).hasSize(3);
    assertThat(many).hasSizeLessThan(30);
    assertThat(many)
        .anyMatch(line -> line.startsWith("  the 10 worst of 1,000 classes, by recall"));
    assertThat(many).filteredOn(line -> line.startsWith("  class-")).hasSize(10);
    assertThat(many).anyMatch(line -> line.contains("class-7 -> class-8 (100.00 % of class-7)"));
    assertThat(many).allMatch(line -> line.length() <= 120);
  }

  @Test
  void remarksOnWhatIsNoBetterThanTheMostFrequentClass() {
    for (int i = 0; i < 40; i++) {
      add("fox", i < 30 ? "cat" : "dog", i < 30 ? "cat" : "dog");
    }
    assertThat(ReportText.lines(report("teacher.onnx")))
        .anyMatch(
            line ->
                line.contains(
                    "the student is right no more often than one that always says cat (75.00 %)"))
        .noneMatch(line -> line.contains("the teacher is right no more often"));
  }

  @Test
  void remarksOnAStudentThatAgreesByChance() {
    for (int i = 0; i < 40; i++) {
      add("fox", i < 30 ? "cat" : "dog", null);
    }
    assertThat(ReportText.lines(report("teacher.onnx")))
        .anyMatch(line -> line.contains("agrees with the teacher no more often"));
  }

  private EvaluationReport report(@Nullable String teacher) {
    return EvaluationReport.of(board, PETS, model(), teacher, cost(), data());
  }

  private static ModelUnderTest model() {
    return new ModelUnderTest(Path.of("m.onnx"), "student s/1", null, null);
  }

  private static EvaluationReport.Cost cost() {
    return new EvaluationReport.Cost(10, 100, 1.5);
  }

  private static EvaluationReport.Data data() {
    return new EvaluationReport.Data("data.csv", Map.of(), Map.of());
  }

  private void add(String student, String teacher, @Nullable String label) {
    board.add(sure(student), sure(teacher), label == null ? null : PETS.names().indexOf(label));
  }

  private static double[] sure(String name) {
    double[] p = {0.1, 0.1, 0.1};
    p[PETS.names().indexOf(name)] = 0.8;
    return logs(p);
  }

  private static double[] logs(double... p) {
    double[] logs = new double[p.length];
    for (int k = 0; k < p.length; k++) {
      logs[k] = Math.log(Math.max(p[k], 1e-300));
    }
    return logs;
  }
}
