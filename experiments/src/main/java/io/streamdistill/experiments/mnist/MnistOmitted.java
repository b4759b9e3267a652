package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.SoftTargetLog;
import io.streamdistill.experiments.mnist.MnistJudge.Judgement;
import io.streamdistill.student.calibrate.BiasCorrection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A transfer set without some classes; then the student's biases are corrected, with the teacher's
 * mean prediction on unlabelled images of all classes and no label.
 */
final class MnistOmitted implements MnistExperiment {

  private static final double TEMPERATURE = 20;

  private final String name;
  private final String condition;
  private final String description;
  private final Set<Integer> present;

  private MnistOmitted(String name, String condition, String description, Set<Integer> present) {
    this.name = name;
    this.condition = condition;
    this.description = description;
    this.present = present;
  }

  static MnistOmitted noThrees() {
    return new MnistOmitted(
        "mnist-no-threes",
        "no_threes",
        "A transfer set without any 3, then bias correction without labels.",
        IntStream.range(0, MnistJudge.CLASSES)
            .filter(label -> label != 3)
            .boxed()
            .collect(Collectors.toSet()));
  }

  static MnistOmitted sevensAndEights() {
    return new MnistOmitted(
        "mnist-sevens-eights",
        "sevens_eights",
        "A transfer set of only 7s and 8s, then bias correction without labels.",
        Set.of(7, 8));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public int defaultSeeds() {
    return 5;
  }

  @Override
  public void run(Bench bench) throws IOException, InterruptedException {
    SoftTargetLog log =
        bench.score(
            condition.replace('_', '-'),
            MnistTransferSet.plain(bench.train(), bench.trainCount(), present::contains));
    double[] teacherMean = bench.meanPrediction(bench.plain());
    bench.run(
        bench.jobs(
            condition + "_before",
            log,
            condition.replace('_', '-'),
            MnistRecipes.soft(bench, TEMPERATURE)),
        1,
        (job, stages) -> judge(bench, stages.get(0).model(), teacherMean));
  }

  private Map<String, Map<String, Object>> judge(Bench bench, Path model, double[] teacherMean) {
    double[][] probe = MnistJudge.logProbabilities(model, bench.train(), 0, bench.trainCount());
    double[] shift = BiasCorrection.solve(probe, teacherMean);
    double[][] before = bench.logProbabilities(model);
    double[][] after = new double[before.length][];
    for (int i = 0; i < before.length; i++) {
      after[i] = before[i].clone();
      for (int k = 0; k < shift.length; k++) {
        after[i][k] += shift[k];
      }
    }
    Map<String, Object> corrected = figures(bench, bench.judge(after));
    corrected.put("bias_shift", Arrays.stream(shift).boxed().toList());
    return Map.of(
        condition + "_before",
        figures(bench, bench.judge(before)),
        condition + "_after",
        corrected);
  }

  private Map<String, Object> figures(Bench bench, Judgement judgement) {
    Map<String, Object> figures = new LinkedHashMap<>(bench.figures(judgement));
    figures.put(
        "errors_by_class",
        IntStream.range(0, MnistJudge.CLASSES).map(judgement::errorsOf).boxed().toList());
    return figures;
  }
}
