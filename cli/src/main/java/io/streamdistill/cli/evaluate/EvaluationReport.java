package io.streamdistill.cli.evaluate;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.streamdistill.records.ClassMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that an evaluation has found; what could not be measured is left out of its JSON.
 *
 * @param model file of the student
 * @param errors labelled examples whose largest output is not their label's
 * @param examples examples classified, labelled or not
 * @param labelled those with a label
 * @param accuracy share of the labelled examples that are classified so, in [0, 1]
 * @param parameters learned numbers of the student, as {@link Evaluation} counts them
 * @param modelBytes size of its file and of files with weights beside it, in bytes
 * @param millisPer1000Predictions milliseconds to classify 1,000 examples, on one thread
 * @param errorsPerClass errors among the examples of each class, by class index
 * @param examplesPerClass labelled examples of each class, by class index
 * @param data where the examples come from
 * @param student how good the student is
 * @param teacher how good the teacher is; null without one
 * @param comparison how much they have in common; null without a teacher
 * @param classes figures by class, by class index
 * @param confusions what is taken for what, most frequent first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record EvaluationReport(
    String model,
    @Nullable Long errors,
    long examples,
    long labelled,
    @Nullable Double accuracy,
    long parameters,
    long modelBytes,
    double millisPer1000Predictions,
    @Nullable List<Long> errorsPerClass,
    @Nullable List<Long> examplesPerClass,
    Data data,
    Side student,
    @Nullable Side teacher,
    @Nullable Comparison comparison,
    List<ByClass> classes,
    ConfusionLists confusions) {

  /** Confusions that are listed. */
  static final int MOST_CONFUSIONS = 100;

  /**
   * The examples.
   *
   * @param leftOut rows or records left out, by reason
   * @param teacherVersions of their soft targets, and how many each gave
   */
  record Data(String source, Map<String, Long> leftOut, Map<String, Long> teacherVersions) {}

  /**
   * One of the two.
   *
   * @param calibrationError ECE over 15 bins; of the teacher by the labels, of the student by the
   *     labels, or where there is none by the teacher's answers
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Side(
      String name,
      @Nullable Long errors,
      @Nullable Double accuracy,
      @Nullable Interval accuracyInterval,
      @Nullable Double calibrationError) {}

  /**
   * Student and teacher.
   *
   * @param agreement share of examples on which both have the same class on top
   * @param divergence mean KL(teacher || student) at T = 1, nats
   * @param bothRight labelled examples
   */
  record Comparison(
      double agreement,
      Interval agreementInterval,
      long agreeing,
      long examples,
      double divergence,
      long bothRight,
      long onlyStudentRight,
      long onlyTeacherRight,
      long bothWrong) {}

  /**
   * A class.
   *
   * @param support labelled examples of the class
   * @param recall share of them that the student has right; null when there are none
   * @param precision share of the student's answers of this class, on labelled examples, that are
   *     right; null when there are none
   * @param teacherAnswers examples on which the teacher says this class
   * @param agreement share of them on which the student says so, too; null when there are none
   */
  record ByClass(
      String name,
      long support,
      long errors,
      @Nullable Double recall,
      @Nullable Double precision,
      long teacherAnswers,
      @Nullable Double agreement) {}

  /** Pairs of classes, {@value #MOST_CONFUSIONS} at most of each. */
  record ConfusionLists(List<Pair> labels, List<Pair> teacher) {}

  /**
   * How often the student says {@code answer} where {@code truth} would be right.
   *
   * @param share of all examples of that truth
   */
  record Pair(String truth, String answer, long count, double share) {}

  /** What the student weighs and how fast it is. */
  record Cost(long parameters, long bytes, double millisPer1000) {}

  static EvaluationReport of(
      Scoreboard board,
      ClassMap classMap,
      ModelUnderTest model,
      @Nullable String teacherName,
      Cost cost,
      Data data) {
    boolean labels = board.labelled > 0;
    boolean taught = board.taught > 0;
    long right = Scoreboard.sum(board.right);
    List<Long> errors = new ArrayList<>();
    for (int k = 0; k < board.support.length; k++) {
      errors.add(board.support[k] - board.right[k]);
    }
    Side student =
        side(
            model.name(),
            right,
            board.labelled,
            (labels ? board.studentByLabel : board.studentByTeacher).value());
    return new EvaluationReport(
        model.file().toString(),
        student.errors(),
        board.examples,
        board.labelled,
        student.accuracy(),
        cost.parameters(),
        cost.bytes(),
        cost.millisPer1000(),
        labels ? errors : null,
        labels ? Arrays.stream(board.support).boxed().toList() : null,
        data,
        student,
        taught
            ? side(
                teacherName == null ? "soft targets" : teacherName,
                board.teacherRight(),
                board.paired(),
                board.teacherByLabel.value())
            : null,
        taught ? comparison(board) : null,
        byClass(board, classMap),
        new ConfusionLists(
            pairs(board.againstLabels, board.support, classMap),
            pairs(board.againstTeacher, board.teacherAnswers, classMap)));
  }

  private static Side side(String name, long right, long of, double calibrationError) {
    return new Side(
        name,
        of == 0 ? null : of - right,
        of == 0 ? null : (double) right / of,
        of == 0 ? null : Interval.of(right, of),
        Double.isNaN(calibrationError) ? null : calibrationError);
  }

  private static Comparison comparison(Scoreboard board) {
    long agreeing = Scoreboard.sum(board.agreed);
    return new Comparison(
        (double) agreeing / board.taught,
        Interval.of(agreeing, board.taught),
        agreeing,
        board.taught,
        board.meanDivergence(),
        board.bothRight,
        board.onlyStudentRight,
        board.onlyTeacherRight,
        board.bothWrong);
  }

  private static List<ByClass> byClass(Scoreboard board, ClassMap classMap) {
    List<ByClass> classes = new ArrayList<>();
    for (int k = 0; k < classMap.count(); k++) {
      classes.add(
          new ByClass(
              classMap.names().get(k),
              board.support[k],
              board.support[k] - board.right[k],
              share(board.right[k], board.support[k]),
              share(board.right[k], board.answered[k]),
              board.teacherAnswers[k],
              share(board.agreed[k], board.teacherAnswers[k])));
    }
    return classes;
  }

  private static @Nullable Double share(long part, long all) {
    return all == 0 ? null : (double) part / all;
  }

  private static List<Pair> pairs(Confusions confusions, long[] truths, ClassMap classMap) {
    return confusions.largest(MOST_CONFUSIONS).stream()
        .map(
            pair ->
                new Pair(
                    classMap.names().get(pair.truth()),
                    classMap.names().get(pair.answer()),
                    pair.count(),
                    (double) pair.count() / truths[pair.truth()]))
        .toList();
  }
}
