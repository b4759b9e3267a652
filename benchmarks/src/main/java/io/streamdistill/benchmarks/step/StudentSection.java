package io.streamdistill.benchmarks.step;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.benchmarks.measure.Alternation.Finding;
import io.streamdistill.benchmarks.report.Report;
import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.benchmarks.section.Section;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The student's training step against its floor, and DL4J's {@code fit} beside it: wall-clock time,
 * floor and step in turn, the ratio of each round, and the median of these.
 *
 * <p>Ratios are named {@code student.OPTIMIZER.BATCH} and {@code fit.OPTIMIZER.BATCH}, those of the
 * small net with {@code .small} at the end.
 */
public final class StudentSection implements Section {

  private static final Duration SLICE = Duration.ofMillis(120);

  @Override
  public String name() {
    return "student";
  }

  @Override
  public void run(Run run) {
    StepSubjects.prepare(run.threads());
    StepShape.all().forEach(shape -> measure(shape, run));
  }

  private void measure(StepShape shape, Run run) {
    run.say("student %s, batch %d".formatted(shape.network(), shape.batch()));
    Map<String, Runnable> subjects = new LinkedHashMap<>();
    Map<StepOptimizer, StepSubject> steps = new LinkedHashMap<>();
    for (StepOptimizer optimizer : StepOptimizer.values()) {
      StepSubject step = StepSubjects.student(shape, optimizer);
      steps.put(optimizer, step);
      subjects.put("student." + optimizer.label(), StepSubjects.training(step));
      subjects.put("fit." + optimizer.label(), StepSubjects.fit(shape, optimizer));
    }
    Map<String, Finding> findings = run.alternation(SLICE).run(new StepFloor(shape), subjects);
    report(shape, findings, run);
    steps.values().forEach(StepSubject::close);
  }

  private void report(StepShape shape, Map<String, Finding> findings, Run run) {
    String size = shape.hidden().equals(StepShape.small(1).hidden()) ? ".small" : "";
    ObjectNode figures =
        run.figures(this).putObject("%s batch %d".formatted(shape.network(), shape.batch()));
    figures.put("floor_flops", shape.floorFlops());
    findings.forEach(
        (subject, finding) -> {
          run.report().ratio("%s.%d%s".formatted(subject, shape.batch(), size), finding.ratios());
          ObjectNode node = figures.putObject(subject);
          Report.figure(node, "seconds_per_step", finding.seconds());
          Report.figure(node, "floor_seconds", finding.reference());
          node.put("records_per_second", shape.batch() / finding.seconds().median());
          node.put("floor_gflops", shape.floorFlops() / finding.reference().median() / 1e9);
        });
  }
}
