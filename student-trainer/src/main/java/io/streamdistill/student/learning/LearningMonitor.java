package io.streamdistill.student.learning;

import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.checkpoints.format.LearningRecord.Recovery;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.ObjectiveConfig;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges after every step whether the student learns, by its loss and its agreement with the
 * teacher over the newest batches, beside those of a student that always gives the same answer. One
 * thread writes; any may read.
 */
public final class LearningMonitor {

  private static final Logger log = LoggerFactory.getLogger(LearningMonitor.class);

  /** Steps after which a student may be found to learn. */
  private static final long FIRST_STEPS = 50;

  /** Steps after which a student that never learned has no excuse for {@link #WORSE}. */
  private static final long SETTLED = 200;

  /** Loss at which training has diverged, in multiples of that of a student that says nothing. */
  private static final double DIVERGED = 10;

  /** The same for a student that never learned. */
  private static final double WORSE = 2;

  /** Loss below which a student learns, and above which it does not. */
  private static final double LEARNS = 0.9;

  /** Loss at which it learns even if the most frequent answer is still all that it gives. */
  private static final double CLEARLY = 0.5;

  private static final double LEARNS_NOTHING = 0.97;

  /** Loss of a student that always gives the same answer, nats: nobody can do better. */
  private static final double NOTHING_TO_LEARN = 1e-6;

  /** So many examples without a label are a stream without labels. */
  private static final long UNLABELLED = 1_000;

  private final LearningConfig config;
  private final boolean byLabels; // the teacher's answers are not asked for
  private final List<Recovery> recoveries;
  private final DeadLayers layers = new DeadLayers();
  private final RecentSteps recent;
  private long fineUntil; // newest step at which it learned, or began
  private Bar bar;
  private boolean everLearned;
  private long examples;
  private long labelled;
  private volatile LearningState state = LearningState.STARTING;
  private volatile String detail = "no step has been taken";

  /**
   * Creates a monitor.
   *
   * @param step at which training goes on
   * @param before how learning went until then
   */
  public LearningMonitor(
      LearningConfig config,
      ObjectiveConfig objective,
      StudentScales scales,
      int classes,
      long step,
      LearningRecord before) {
    this.config = config;
    this.byLabels = objective.isOfLabelsAlone();
    this.recent = new RecentSteps(byLabels);
    this.bar = Bar.of(scales, objective, classes);
    this.recoveries = before.recoveries();
    this.fineUntil = step;
    this.everLearned = before.state().equals(LearningState.LEARNING.label());
    if (everLearned) {
      state = LearningState.LEARNING;
      detail = before.detail();
    }
  }

  /**
   * Judges a step.
   *
   * @param step number of the step, from 0 over the student's life
   * @throws DivergenceException when training has diverged
   */
  public void observe(BatchLoss loss, long step) {
    examples += loss.rows();
    labelled += loss.labelled();
    recent.add(loss);
    if (!recent.saysNothing()) {
      judge(step);
    }
  }

  private void judge(long step) {
    if (byLabels && labelled == 0 && examples >= UNLABELLED) {
      become(LearningState.STALLED, withoutLabels(), step);
    }
    if (recent.isTooFew()) {
      return;
    }
    bar = bar.orElse(recent.loss());
    double excess = recent.loss();
    double agreement = recent.agreement();
    double limit = (everLearned || step < SETTLED ? DIVERGED : WORSE) * bar.blank();
    boolean beatsShare = beatsShare(agreement);
    if (excess > limit) {
      become(LearningState.DIVERGED, said(excess, agreement), step);
      throw new DivergenceException(
          "at step %d %s, above the limit of %s"
              .formatted(step, said(excess, agreement), number(limit)),
          step);
    }
    if (agreement == 1 || (step >= FIRST_STEPS && beatsLoss(excess, beatsShare))) {
      everLearned = true;
      fineUntil = step;
      become(LearningState.LEARNING, said(excess, agreement), step);
    } else if (step - fineUntil >= config.patience()
        && excess >= LEARNS_NOTHING * bar.loss()
        && !beatsShare) {
      become(LearningState.STALLED, said(excess, agreement), step);
    } else if (state == LearningState.STARTING || step % SETTLED == 0) {
      detail = said(excess, agreement);
    }
  }

  /** Called when the passes are over: whoever has not learned by then has stalled. */
  public void trainingIsOver(long step) {
    if (state != LearningState.STARTING || recent.isEmpty()) {
      return;
    }
    if (recent.judged() == 0) {
      become(LearningState.STALLED, "training is over, and " + withoutLabels(), step);
      return;
    }
    bar = bar.orElse(recent.loss());
    double excess = recent.loss();
    double agreement = recent.agreement();
    if (beatsLoss(excess, beatsShare(agreement))) {
      become(LearningState.LEARNING, said(excess, agreement), step);
    } else {
      become(LearningState.STALLED, "training is over, and " + said(excess, agreement), step);
    }
  }

  private String withoutLabels() {
    return "student.objective.hard-weight is 1, and none of %d examples had a label"
        .formatted(examples);
  }

  private boolean beatsShare(double agreement) {
    return !(agreement <= bar.share() + recent.error(bar.share())); // NaN: nobody can tell
  }

  private boolean beatsLoss(double excess, boolean beatsShare) {
    return (excess < LEARNS * bar.loss() && (beatsShare || everLearned))
        || excess < CLEARLY * bar.loss();
  }

  private String said(double excess, double agreement) {
    if (bar.loss() < NOTHING_TO_LEARN) {
      return "the excess loss is %s, the agreement %s; the teacher's answers are all nearly the same, so there is nothing else to learn from them"
          .formatted(number(excess), number(agreement));
    }
    return "the excess loss is %s (always the same answer: %s), the agreement %s (the most frequent answer alone: %s)"
        .formatted(number(excess), number(bar.loss()), number(agreement), number(bar.share()));
  }

  private void become(LearningState now, String why, long step) {
    detail = why;
    if (now == state) {
      return;
    }
    LearningState before = state;
    state = now;
    if (now == LearningState.STALLED) {
      log.warn(
          "the student does not learn (stalled) at step {}: {}. {}", step, why, Advice.STALLED);
    } else if (now == LearningState.LEARNING) {
      log.info("the student learns, at step {}: {}", step, why);
    }
    log.debug("{} -> {}", before, now);
  }

  /**
   * Called now and then: looks for a layer through which nothing is learned any more.
   *
   * @param deadUnits share of units that gave 0 to every example of a batch
   * @param rows of that batch: few tell little
   */
  public void inspect(double deadUnits, int rows, long step) {
    if (layers.isDead(deadUnits, rows) && state != LearningState.DIVERGED) {
      become(LearningState.DIVERGED, "all units of a hidden layer are dead", step);
      throw new DivergenceException(
          "at step %d all units of a hidden layer give 0 to every example".formatted(step), step);
    }
  }

  /** Whether the student learns. */
  public LearningState state() {
    return state;
  }

  /** What the state was judged by. */
  public String detail() {
    return detail;
  }

  /** For a manifest. */
  public LearningRecord record() {
    return new LearningRecord(state.label(), detail, recoveries);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}
