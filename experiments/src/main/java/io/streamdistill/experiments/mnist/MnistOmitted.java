package io.streamdistill.experiments.mnist;

import io.streamdistill.checkpoints.format.Calibration;
import io.streamdistill.experiments.lab.Lab.Stage;
import io.streamdistill.experiments.lab.ScoredSet;
import io.streamdistill.experiments.mnist.MnistJudge.Judgement;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A transfer set without some classes; the trainer then corrects the student's biases, with the
 * teacher's mean prediction on unlabelled images of all classes and no label.
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
  public void run(Workbench bench) throws IOException, InterruptedException {
    ScoredSet log =
        bench.score(
            condition.replace('_', '-'),
            MnistTransferSet.plain(bench.train(), bench.trainCount(), present::contains));
    ScoredSet probe = bench.plain(); // the correction reads no label of it
    List<Job> jobs =
        bench
            .jobs(
                condition + "_before",
                log,
                condition.replace('_', '-'),
                MnistRecipes.soft(bench, TEMPERATURE))
            .stream()
            .map(job -> job.correctedOn(probe))
            .toList();
    bench.run(jobs, 1, (job, stages) -> judge(bench, stages.get(0)));
  }

  /** The checkpoint as it is, and with the shift taken off that its manifest records. */
  private Map<String, Map<String, Object>> judge(Workbench bench, Stage student) {
    double[][] after = bench.logProbabilities(student.model());
    Calibration calibration =
        Objects.requireNonNull(student.manifest().calibration(), "the trainer has corrected it");
    double[][] before = new double[after.length][];
    for (int i = 0; i < after.length; i++) {
      before[i] = after[i].clone();
      for (int k = 0; k < before[i].length; k++) {
        before[i][k] -= calibration.biasShift().get(k);
      }
    }
    Map<String, Object> corrected = figures(bench, bench.judge(after));
    corrected.put("bias_shift", calibration.biasShift());
    Map<String, Map<String, Object>> both = new LinkedHashMap<>();
    both.put(condition + "_before", figures(bench, bench.judge(before)));
    both.put(condition + "_after", corrected);
    return both;
  }

  private Map<String, Object> figures(Workbench bench, Judgement judgement) {
    Map<String, Object> figures = new LinkedHashMap<>(bench.figures(judgement));
    figures.put(
        "errors_by_class",
        IntStream.range(0, MnistJudge.CLASSES).map(judgement::errorsOf).boxed().toList());
    figures.put("confusion", judgement.confusion()); // by label, then by answer
    return figures;
  }
}
