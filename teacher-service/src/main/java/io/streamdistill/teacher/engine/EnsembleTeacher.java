package io.streamdistill.teacher.engine;

import io.streamdistill.records.target.Softmax;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Several teachers as one (Hinton, Vinyals, Dean 2015, section 1). With weights w_m that sum to 1,
 * member distributions p_m = softmax(z_m / T) at the temperature of the targets, and logits z_m:
 *
 * <ul>
 *   <li>arithmetic mean: p = sum_m w_m p_m;
 *   <li>geometric mean: p = softmax(sum_m w_m z_m / T).
 * </ul>
 */
public final class EnsembleTeacher implements Teacher {

  /**
   * A member.
   *
   * @param weight relative to the others, finite and > 0
   */
  public record Member(Teacher teacher, double weight) {}

  private final List<Teacher> members;
  private final double[] weights; // (members), sum 1
  private final Combination combination;
  private final TeacherFacts facts;

  /** Combines {@code members}, at least one, all over the same classes, and owns them. */
  public EnsembleTeacher(List<Member> members, Combination combination) {
    this.members = members.stream().map(Member::teacher).toList();
    double sum = members.stream().mapToDouble(Member::weight).sum();
    this.weights = members.stream().mapToDouble(member -> member.weight() / sum).toArray();
    this.combination = combination;
    List<TeacherFacts> all = this.members.stream().map(Teacher::facts).toList();
    requireSame("classes", all.stream().map(TeacherFacts::classes).toList());
    requireSame("features", all.stream().map(TeacherFacts::features).toList());
    if (!(sum > 0 && Double.isFinite(sum))) {
      throw new TeacherException(
          "weights of an ensemble must be > 0 with a finite sum, got %s".formatted(sum));
    }
    facts =
        new TeacherFacts(
            all.get(0).features(),
            all.get(0).classes(),
            TeacherVersion.ofEnsemble(
                all.stream().map(TeacherFacts::contentHash).toList(), weights, combination),
            0,
            all.stream().map(TeacherFacts::batchTime).reduce(Duration.ZERO, Duration::plus));
  }

  private static void requireSame(String what, List<Integer> counts) {
    if (counts.stream().distinct().count() != 1) {
      throw new TeacherException(
          "the members of an ensemble must agree on the %s, got %s".formatted(what, counts));
    }
  }

  @Override
  public TeacherFacts facts() {
    return facts;
  }

  @Override
  public Map<Integer, String> score(
      FeatureBatch batch, double temperature, double[][] logProbabilities) {
    int rows = batch.rows();
    for (int row = 0; row < rows; row++) {
      Arrays.fill(logProbabilities[row], 0);
    }
    double[][] member = new double[rows][facts.classes()]; // log p_m
    Map<Integer, String> problems = new TreeMap<>();
    for (int m = 0; m < weights.length; m++) {
      members.get(m).score(batch, temperature, member).forEach(problems::putIfAbsent);
      for (int row = 0; row < rows; row++) {
        accumulate(weights[m], member[row], logProbabilities[row]);
      }
    }
    for (int row = 0; row < rows; row++) {
      finish(logProbabilities[row]);
    }
    return problems;
  }

  private void accumulate(double weight, double[] logP, double[] sum) {
    for (int c = 0; c < sum.length; c++) {
      // Weighted log p_m differs from weighted z_m / T by a constant, which the softmax removes.
      sum[c] += weight * (combination == Combination.ARITHMETIC ? Math.exp(logP[c]) : logP[c]);
    }
  }

  private void finish(double[] sum) {
    if (combination == Combination.ARITHMETIC) {
      for (int c = 0; c < sum.length; c++) {
        sum[c] = Math.log(Math.max(sum[c], Double.MIN_NORMAL));
      }
    }
    Softmax.logSoftmax(sum, 1);
  }

  @Override
  public void interrupt(Thread scoring) {
    members.forEach(member -> member.interrupt(scoring));
  }

  @Override
  public void close() {
    members.forEach(Teacher::close);
  }
}
