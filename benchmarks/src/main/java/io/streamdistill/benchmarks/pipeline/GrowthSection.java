package io.streamdistill.benchmarks.pipeline;

import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.benchmarks.section.Section;

/** More students, more teachers, more records. */
public final class GrowthSection implements Section {

  @Override
  public String name() {
    return "growth";
  }

  @Override
  public void run(Run run) throws Exception {
    run.part("growth: students", () -> StudentsPart.measure(run, run.figures(this)));
    run.part("growth: teachers", () -> TeachersPart.measure(run, run.figures(this)));
    run.part("growth: memory", () -> MemoryPart.measure(run, run.figures(this)));
  }
}
