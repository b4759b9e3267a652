package io.streamdistill.benchmarks.step;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.benchmarks.measure.Alternation.Finding;
import io.streamdistill.benchmarks.report.Report;
import io.streamdistill.benchmarks.section.NotMeasured;
import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.benchmarks.section.Section;
import io.streamdistill.benchmarks.step.PeerSteps.PeerStep;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * What users would write instead: the same step in PyTorch, against the same floor, in turn with
 * ours. Ratios are named {@code peer.OPTIMIZER.BATCH}.
 */
public final class PeerSection implements Section {

  private static final Duration SLICE = Duration.ofMillis(150);
  private static final List<StepOptimizer> OPTIMIZERS =
      List.of(StepOptimizer.SGD, StepOptimizer.ADAM);

  @Override
  public String name() {
    return "peer";
  }

  @Override
  public void run(Run run) throws NotMeasured {
    // Native code comes out of a jar on the class path: nothing is downloaded, nobody is told.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    Path cache = run.home().resolve("benchmarks/target/djl");
    System.setProperty("DJL_CACHE_DIR", cache.toString());
    PeerSteps peer =
        ServiceLoader.load(PeerSteps.class)
            .findFirst()
            .orElseThrow(
                () ->
                    new NotMeasured(
                        "this build is without PyTorch; unset DISTILL_BENCH_PEER and run ./distill"
                            + " bench again, which builds with the Maven profile 'peer'"));
    StepSubjects.prepare(run.threads());
    run.figures(this)
        .put("threads_asked", run.threads())
        .put("threads", peer.configure(run.threads()))
        .put("framework", peer.framework());
    for (int batch : new int[] {512, 128}) {
      measure(peer, StepShape.large(batch), run);
    }
  }

  private void measure(PeerSteps peer, StepShape shape, Run run) {
    run.say("peer %s, batch %d".formatted(shape.network(), shape.batch()));
    Map<String, Runnable> subjects = new LinkedHashMap<>();
    Map<String, PeerStep> peers = new LinkedHashMap<>();
    List<StepSubject> ours =
        OPTIMIZERS.stream().map(optimizer -> StepSubjects.student(shape, optimizer)).toList();
    for (int i = 0; i < OPTIMIZERS.size(); i++) {
      StepOptimizer optimizer = OPTIMIZERS.get(i);
      String name = "peer." + optimizer.label();
      PeerStep step = peer.step(shape, optimizer, StepData.of(shape));
      peers.put(name, step);
      subjects.put(name, step);
      subjects.put("student." + optimizer.label(), StepSubjects.training(ours.get(i)));
    }
    try {
      Map<String, Finding> findings = run.alternation(SLICE).run(new StepFloor(shape), subjects);
      ObjectNode figures =
          run.figures(this).putObject("%s batch %d".formatted(shape.network(), shape.batch()));
      findings.forEach(
          (subject, finding) -> {
            ObjectNode node = figures.putObject(subject);
            Report.figure(node, "seconds_per_step", finding.seconds());
            Report.figure(node, "floor_seconds", finding.reference());
            Report.figure(node, "step_over_floor", finding.ratios());
            PeerStep step = peers.get(subject);
            if (step != null) { // ours has a section of its own
              node.put("loss_at_end", step.loss());
              run.report().ratio(subject + "." + shape.batch(), finding.ratios());
            }
          });
    } finally {
      peers.values().forEach(PeerStep::close);
      ours.forEach(StepSubject::close);
    }
  }
}
