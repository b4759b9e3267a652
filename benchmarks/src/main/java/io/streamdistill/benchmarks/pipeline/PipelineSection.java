package io.streamdistill.benchmarks.pipeline;

import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.benchmarks.section.Section;

/** Training from the topic, and what the whole pipeline costs. */
public final class PipelineSection implements Section {

  @Override
  public String name() {
    return "pipeline";
  }

  @Override
  public void run(Run run) throws Exception {
    run.part("pipeline: training from the topic", () -> TopicPart.measure(run, run.figures(this)));
    run.part("pipeline: processor time", () -> CostPart.measure(run, run.figures(this)));
  }
}
