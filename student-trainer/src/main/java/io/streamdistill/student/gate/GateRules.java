package io.streamdistill.student.gate;

import io.streamdistill.checkpoints.format.GateCheck;
import io.streamdistill.records.ClassMap;
import io.streamdistill.student.gate.GateConfig.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Decides from scores; knows nothing of models and topics. */
final class GateRules {

  /** Labels below which an accuracy says nothing. */
  private static final int MIN_LABELLED = 100;

  /** A class that the teacher sees less often than this cannot be said to have collapsed. */
  private static final int MIN_OF_CLASS = 10;

  /** Share of the teacher's answers of a class below which the student's class has collapsed. */
  private static final double COLLAPSED = 0.2;

  private static final String LESS_MARGIN =
      "the champion's less the margin (student.gate.margin, or one standard error)";

  private final GateConfig config;
  private final ClassMap classes;

  GateRules(GateConfig config, ClassMap classes) {
    this.config = config;
    this.classes = classes;
  }

  /**
   * Decides.
   *
   * @param champion scores of the champion on the same examples; null when there is none
   * @param teacherAnswers (classes) how often the teacher has each class on top
   * @param required held-out examples that a decision takes
   */
  Decision decide(Scores candidate, @Nullable Scores champion, int[] teacherAnswers, int required) {
    List<GateCheck> checks = new ArrayList<>();
    checks.add(
        new GateCheck(
            "finite",
            candidate.finite(),
            null,
            null,
            candidate.finite() ? "every output is a number" : "an output is NaN or infinite"));
    checks.add(collapse(candidate.answers(), teacherAnswers));
    checks.add(
        atLeast(
            "agreement-floor",
            candidate.agreement(),
            config.minAgreement(),
            "student.gate.min-agreement"));
    if (champion != null) {
      compare(candidate, champion, required, checks);
    }
    return new Decision(checks);
  }

  private GateCheck collapse(int[] answers, int[] teacherAnswers) {
    List<String> collapsed = new ArrayList<>();
    for (int k = 0; k < answers.length; k++) {
      if (teacherAnswers[k] >= MIN_OF_CLASS && answers[k] < COLLAPSED * teacherAnswers[k]) {
        collapsed.add(
            "%s is answered %d times, by the teacher %d times"
                .formatted(classes.names().get(k), answers[k], teacherAnswers[k]));
      }
    }
    return new GateCheck(
        "classes",
        collapsed.isEmpty(),
        null,
        null,
        collapsed.isEmpty() ? "no class has collapsed" : String.join(", ", collapsed));
  }

  private void compare(Scores candidate, Scores champion, int required, List<GateCheck> checks) {
    Metric metric = config.metric();
    int needed = metric == Metric.ACCURACY ? Math.min(MIN_LABELLED, required) : MIN_LABELLED;
    boolean labels = candidate.labelled() >= needed;
    if (metric == Metric.ACCURACY && !labels) {
      checks.add(
          new GateCheck(
              "accuracy",
              false,
              null,
              null,
              "the hold-out has %d labels, %d are needed; set student.gate.metric to agreement"
                  .formatted(candidate.labelled(), needed)));
    }
    if (labels && (metric == Metric.ACCURACY || metric == Metric.AUTO)) {
      checks.add(
          atLeast(
              "accuracy",
              candidate.accuracy(),
              champion.accuracy() - margin(candidate.each().right(), champion.each().right()),
              LESS_MARGIN));
    }
    if (metric == Metric.AGREEMENT || metric == Metric.AUTO) {
      checks.add(
          atLeast(
              "agreement",
              candidate.agreement(),
              champion.agreement() - margin(candidate.each().agrees(), champion.each().agrees()),
              LESS_MARGIN));
    }
    if (metric == Metric.DIVERGENCE || metric == Metric.AUTO) {
      double bound =
          champion.divergence()
              + margin(candidate.each().divergences(), champion.each().divergences());
      boolean passed = candidate.divergence() <= bound;
      checks.add(
          new GateCheck(
              "divergence",
              passed,
              candidate.divergence(),
              bound,
              words(
                  candidate.divergence(),
                  passed ? "is not above" : "is above",
                  bound,
                  "the champion's and the margin (student.gate.margin, or one standard error)")));
    }
  }

  /** On few examples, a difference below its standard error says nothing. */
  private double margin(double[] candidate, double[] champion) {
    return Math.max(config.margin(), Scores.standardError(candidate, champion));
  }

  private static GateCheck atLeast(String name, double value, double bound, String boundIs) {
    boolean passed = value >= bound; // not if NaN
    return new GateCheck(
        name, passed, value, bound, words(value, passed ? "reaches" : "is below", bound, boundIs));
  }

  private static String words(double value, String relation, double bound, String boundIs) {
    return String.format(Locale.ROOT, "%.4f %s %.4f, %s", value, relation, bound, boundIs);
  }
}
