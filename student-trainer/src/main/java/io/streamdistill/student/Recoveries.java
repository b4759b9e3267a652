package io.streamdistill.student;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.checkpoints.format.LearningRecord.Recovery;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.student.learning.Advice;
import io.streamdistill.student.learning.DivergenceException;
import io.streamdistill.student.learning.LearningState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way back when training has diverged: to the newest checkpoint that it has not gone back to
 * before, else to the beginning, at a lower learning rate; a bounded number of times.
 */
final class Recoveries {

  private static final Logger log = LoggerFactory.getLogger(Recoveries.class);

  private final StudentConfig config;
  private final Function<Predicate<CheckpointId>, StudentStart> starts;
  private final Set<CheckpointId> tried = new HashSet<>();

  /**
   * Creates the way back.
   *
   * @param starts finds where training can begin, given which checkpoints are usable
   */
  Recoveries(StudentConfig config, Function<Predicate<CheckpointId>, StudentStart> starts) {
    this.config = config;
    this.starts = starts;
  }

  /**
   * Where to go on.
   *
   * @param diverged the start of the training that diverged, ready
   * @throws DivergenceException when there is no way back left
   */
  StudentStart after(StudentStart diverged, DivergenceException e) {
    if (diverged.resumedFrom() != null) {
      tried.add(new CheckpointId(config.name(), diverged.resumedFrom()));
    }
    List<Recovery> recoveries = new ArrayList<>(diverged.learning().recoveries());
    if (recoveries.size() >= config.learning().recoveries()) {
      throw given(up(diverged, e), e);
    }
    StudentStart back = starts.apply(id -> !tried.contains(id));
    double factor = diverged.learning().rateFactor() * config.learning().rateFactor();
    recoveries.add(
        new Recovery(e.step(), back.progress().step(), factor, String.valueOf(e.getMessage())));
    log.warn(
        "training has diverged: {}. It goes back to {} and on from there with the learning rate times {} (recovery {} of {})",
        e.getMessage(),
        back.resumedFrom() == null ? "the beginning" : "checkpoint " + back.resumedFrom(),
        String.format(Locale.ROOT, "%.3g", factor),
        recoveries.size(),
        config.learning().recoveries());
    return back.recovered(
        new LearningRecord(
            LearningState.STARTING.label(), "training went back after it diverged", recoveries));
  }

  private static DivergenceException given(String message, DivergenceException e) {
    DivergenceException given = new DivergenceException(message, e.step());
    given.initCause(e);
    return given;
  }

  private String up(StudentStart diverged, DivergenceException e) {
    StudentStart.Ready ready = diverged.ready();
    String features = "";
    if (ready != null) {
      StudentScales scales = ready.scales();
      features =
          ", T = %.4g, features from %s to %s%s"
              .formatted(
                  config.objective().temperature().orElse(scales.temperature()),
                  scales.least(),
                  scales.greatest(),
                  scales.standardisation() == null ? ", not standardised" : ", standardised");
    }
    return "training has diverged, and %s: %s (learning rate %.3g%s). Nothing of it is published; the last checkpoint stays. Lower student.learning-rate.base, or leave it, student.optimizer and student.features at their defaults; see %s"
        .formatted(
            diverged.learning().recoveries().isEmpty()
                ? "student.learning.recoveries is 0"
                : "%d lower learning rates did not help"
                    .formatted(diverged.learning().recoveries().size()),
            e.getMessage(),
            diverged.learning().rateFactor() * config.learningRate().base().orElse(Double.NaN),
            features,
            Advice.DOCUMENT);
  }
}
