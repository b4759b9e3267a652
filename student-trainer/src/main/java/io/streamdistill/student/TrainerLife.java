package io.streamdistill.student;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.streamdistill.student.learning.LearningState;
import io.streamdistill.student.publish.Progress;
import java.util.Optional;

/**
 * The life of a trainer: the phase that it is in, with the parts that exist in that phase, and
 * which phase may follow. Changed by the thread that starts the trainer and then by the one that
 * trains; read from any.
 */
final class TrainerLife {

  /** What a trainer is doing. */
  private interface Phase {

    /** The parts that outlive a beginning, while they are there. */
    default Optional<TrainerAssembly> assembly() {
      return Optional.empty();
    }

    /** The training that goes on. */
    default Optional<Training> training() {
      return Optional.empty();
    }

    /** How far training has come. */
    Progress progress();

    default LearningState learning() {
      return LearningState.STARTING;
    }

    /** How often training went back, in the lineage of the weights. */
    int recoveries();
  }

  /** It waits for broker and store; nothing of it is there. */
  private record Starting() implements Phase {
    @Override
    public Progress progress() {
      throw new IllegalStateException("a trainer that starts has not come anywhere");
    }

    @Override
    public int recoveries() {
      return 0;
    }
  }

  /** It knows where training begins, or begins again, and measures the log where it has to. */
  private record Beginning(TrainerAssembly parts, StudentStart start) implements Phase {
    @Override
    public Optional<TrainerAssembly> assembly() {
      return Optional.of(parts);
    }

    @Override
    public Progress progress() {
      return start.progress();
    }

    @Override
    public int recoveries() {
      return start.learning().recoveries().size();
    }
  }

  /** It trains. */
  private record Learning(TrainerAssembly parts, Training now) implements Phase {
    @Override
    public Optional<TrainerAssembly> assembly() {
      return Optional.of(parts);
    }

    @Override
    public Optional<Training> training() {
      return Optional.of(now);
    }

    @Override
    public Progress progress() {
      return now.loop().progress();
    }

    @Override
    public LearningState learning() {
      return now.monitor().state();
    }

    @Override
    public int recoveries() {
      return now.start().learning().recoveries().size();
    }
  }

  /** All passes are over; everything is as it was in the phase before. */
  private record Over(Phase last) implements Phase {
    @Override
    public Optional<TrainerAssembly> assembly() {
      return last.assembly();
    }

    @Override
    public Optional<Training> training() {
      return last.training();
    }

    @Override
    public Progress progress() {
      return last.progress();
    }

    @Override
    public LearningState learning() {
      return last.learning();
    }

    @Override
    public int recoveries() {
      return last.recoveries();
    }
  }

  private volatile Phase phase = new Starting();

  /** From the start, or from training that diverged or lost its log. */
  void begin(TrainerAssembly assembly, StudentStart start) {
    require(phase instanceof Starting || phase instanceof Learning, "begin");
    phase = new Beginning(assembly, start);
  }

  /** From a beginning that is ready. */
  void learn(Training training) {
    if (!(phase instanceof Beginning beginning)) {
      throw illegal("learn");
    }
    phase = new Learning(beginning.parts(), training);
  }

  /** From training, or from a beginning behind the last pass. */
  void end() {
    require(phase instanceof Beginning || phase instanceof Learning, "end");
    phase = new Over(phase);
  }

  private void require(boolean legal, String what) {
    if (!legal) {
      throw illegal(what);
    }
  }

  private IllegalStateException illegal(String what) {
    return new IllegalStateException(
        "a trainer cannot %s in phase %s".formatted(what, phase.getClass().getSimpleName()));
  }

  /** Whether all passes are over. */
  boolean isOver() {
    return phase instanceof Over;
  }

  /** The parts that outlive a beginning; empty before the first. */
  Optional<TrainerAssembly> assembly() {
    return phase.assembly();
  }

  /** Where training begins; in no other phase. */
  StudentStart start() {
    if (!(phase instanceof Beginning beginning)) {
      throw illegal("begin to train");
    }
    return beginning.start();
  }

  /** The training that goes on, or went on until the passes were over. */
  Optional<Training> training() {
    return phase.training();
  }

  /**
   * How far training has come.
   *
   * @throws IllegalStateException while it starts
   */
  Progress progress() {
    return phase.progress();
  }

  /** How it learns. */
  LearningState learning() {
    return phase.learning();
  }

  /** Adds the meters of it. */
  void bindTo(MeterRegistry registry) {
    Gauge.builder("distill.student.pass", this, TrainerLife::pass)
        .description("Passes over the soft-target log completed")
        .register(registry);
    Gauge.builder("distill.student.examples.seen", this, TrainerLife::examplesSeen)
        .description("Examples in the lineage of the weights, across restarts")
        .register(registry);
    for (LearningState state : LearningState.values()) {
      Gauge.builder("distill.student.learning", this, s -> s.learning() == state ? 1 : 0)
          .description("1 for the state that learning is in, 0 for the others")
          .tag("state", state.label())
          .register(registry);
    }
    Gauge.builder("distill.student.recoveries", this, TrainerLife::recoveries)
        .description("How often training diverged and went back, in the lineage of the weights")
        .register(registry);
  }

  private int pass() {
    return phase instanceof Starting ? 0 : progress().position().pass();
  }

  private long examplesSeen() {
    return phase instanceof Starting ? 0 : progress().examplesSeen();
  }

  private int recoveries() {
    return phase.recoveries();
  }
}
