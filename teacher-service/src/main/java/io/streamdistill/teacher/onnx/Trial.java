package io.streamdistill.teacher.onnx;

import ai.onnxruntime.OrtException;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.onnx.OnnxOutput.RowsException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a model shows when it is tried with random features, before it may score: that it runs, in
 * batches of what size, that it answers alike when asked again, and that a row's answer does not
 * depend on the other rows.
 *
 * @param features that it runs on
 * @param answers to all of them
 * @param rowsPerRun rows that every run must have, or 0 for any number
 * @param time that a run of them takes
 * @param noise by which it differed from itself, relative to the largest number
 */
record Trial(TrialFeatures features, Answers answers, int rowsPerRun, Duration time, double noise) {

  private static final Logger log = LoggerFactory.getLogger(Trial.class);

  /** What rounding in another order may change, relative to the largest number. */
  private static final double ROUNDING = 1e-5;

  /** What a model may differ from itself, as reductions in no fixed order do. */
  private static final double NOISE = 2e-3;

  /** How much larger than between two runs noise may be at another time. */
  private static final double NOISES = 4;

  /** Beyond this, a row is not rounded otherwise in company, but normalised by it. */
  private static final double NORMALISED = 0.2;

  /**
   * Tries a model.
   *
   * @param batchSize rows of a full batch, >= 1
   * @throws TeacherException when it does not run, or not as a frozen classifier does
   */
  static Trial of(OnnxRun model, FeatureContract contract, int batchSize) throws OrtException {
    Trial first = secondRun(model, firstRun(model, contract, batchSize));
    if (first.rowsPerRun() == 1 || first.features().all().rows() == 1) {
      return first;
    }
    return first.with(rowsPerRun(model, first));
  }

  private Trial with(int rows) {
    return new Trial(features, answers, rows, time, noise);
  }

  /** How long a batch of {@code batchSize} rows takes. */
  Duration batchTime(int batchSize) {
    int rows = rowsPerRun == 0 ? batchSize : rowsPerRun;
    return time.multipliedBy((batchSize + rows - 1) / rows);
  }

  /** Batches are tried in full, and one row at a time if that fails. */
  private static Trial firstRun(OnnxRun model, FeatureContract contract, int batchSize)
      throws OrtException {
    int fixed = model.inputs().fixedRows();
    List<Integer> sizes =
        fixed > 0 ? List.of(fixed) : batchSize == 1 ? List.of(1) : List.of(batchSize, 1);
    Exception failure = null;
    for (int size : sizes) {
      Trial found = null;
      for (Supplier<TrialFeatures> kind : TrialFeatures.several(contract, size)) {
        TrialFeatures features = kind.get();
        try {
          Answers answers = model.run(features.all(), size);
          found =
              new Trial(
                  features, answers, fixed > 0 || size < batchSize ? size : 0, Duration.ZERO, 0);
        } catch (OrtException | RowsException e) {
          failure = failure == null ? e : failure;
        }
        if (found != null && found.tellsAnything()) {
          break;
        }
      }
      if (found != null) {
        warnOfLoop(model, found, batchSize);
        return found;
      }
    }
    throw new TeacherException(
        "%s does not run: %s"
            .formatted(model.model(), Objects.requireNonNull(failure).getMessage()),
        failure);
  }

  private boolean tellsAnything() {
    for (int row = 0; row < features.all().rows(); row++) {
      if (Distribution.of(answers.row(row)) != Distribution.UNKNOWN) {
        return true;
      }
    }
    return false;
  }

  private static void warnOfLoop(OnnxRun model, Trial trial, int batchSize) {
    if (trial.rowsPerRun() == 1 && batchSize > 1) {
      log.warn(
          "{} takes one example at a time, which is slow; export it with a dynamic batch dimension",
          model.model());
    }
  }

  /** The first one of a session takes longer than those to come. */
  private static Trial secondRun(OnnxRun model, Trial trial) throws OrtException {
    FeatureBatch all = trial.features().all();
    long start = System.nanoTime();
    Answers again = model.run(all, all.rows());
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    double noise = noise(model, trial, again);
    return new Trial(trial.features(), trial.answers(), trial.rowsPerRun(), time, noise);
  }

  private static double noise(OnnxRun model, Trial trial, Answers again) {
    FeatureBatch all = trial.features().all();
    double difference = 0;
    for (int row = 0; row < all.rows(); row++) {
      difference = Math.max(difference, Difference.of(trial.answers().row(row), again.row(row)));
    }
    if (difference > NOISE) {
      throw new TeacherException(
          "%s gives other answers when it is asked the same again, apart by %.2g of the largest number: it is in training mode (dropout), or draws random numbers. Export it for inference, in PyTorch after model.eval()"
              .formatted(model.model(), difference));
    }
    if (difference > 0) {
      log.warn(
          "{} gives slightly other answers when it is asked the same again, {} apart. Soft targets"
              + " will not be the same bits when they are made again",
          model.model(),
          difference);
    }
    return difference;
  }

  /** What makes no difference: nothing, for a model that is the same as itself. */
  private double tolerance() {
    return NOISES * noise;
  }

  /** Finds the number of rows at which a row's answer does not depend on the others. */
  private static int rowsPerRun(OnnxRun model, Trial trial) throws OrtException {
    FeatureBatch all = trial.features().all();
    FeatureBatch some = trial.features().some();
    if (trial.rowsPerRun() == 0 && sameAlone(model, trial)) {
      return 0;
    }
    double difference = 0;
    for (int row = 0; row < some.rows(); row++) { // at the first place, beside nothing but itself
      int place = all.rows() - 1 - row;
      Answers filled = model.run(all.part(place, place + 1, all.rows()), all.rows());
      difference = Math.max(difference, Difference.of(trial.answers().row(place), filled.row(0)));
    }
    if (difference <= Math.max(ROUNDING, trial.tolerance())) {
      return all.rows();
    }
    return oneByOne(model, trial);
  }

  /** Whether a few rows, last first and each by itself, have the bits that they have in company. */
  private static boolean sameAlone(OnnxRun model, Trial trial) {
    FeatureBatch all = trial.features().all();
    FeatureBatch some = trial.features().some();
    Answers few = run(model, some, some.rows());
    if (few == null) {
      return false;
    }
    boolean same = true;
    for (int row = 0; same && row < some.rows(); row++) {
      int place = all.rows() - 1 - row;
      double[] full = trial.answers().row(place);
      Answers alone = run(model, all.part(place, place + 1, 1), 1);
      same =
          alone != null
              && Difference.of(full, few.row(row)) <= trial.tolerance()
              && Difference.of(full, alone.row(0)) <= trial.tolerance();
    }
    return same;
  }

  /** Dynamically quantised models round by the whole batch; those in training mode normalise. */
  private static int oneByOne(OnnxRun model, Trial trial) throws OrtException {
    FeatureBatch all = trial.features().all();
    double difference = 0;
    Answers alone = null;
    for (int row = 0; trial.rowsPerRun() == 0 && row < trial.features().some().rows(); row++) {
      alone = run(model, all.part(row, row + 1, 1), 1);
      difference =
          alone == null
              ? Double.POSITIVE_INFINITY
              : Math.max(difference, Difference.of(trial.answers().row(row), alone.row(0)));
    }
    if (alone == null || difference > NORMALISED) {
      throw new TeacherException(
          "%s gives an example another answer when others are in its batch: it is in training mode (batch normalisation). Export it for inference, in PyTorch after model.eval()"
              .formatted(model.model()));
    }
    log.warn(
        "{} gives an example another answer when others are in its batch, {} apart, as dynamically"
            + " quantised models do. It gets one example at a time, which is slow",
        model.model(),
        difference);
    return 1;
  }

  private static @Nullable Answers run(OnnxRun model, FeatureBatch batch, int rows) {
    try {
      return model.run(batch, rows);
    } catch (OrtException | RowsException e) {
      log.debug("{} does not take {} rows", model.model(), rows, e);
      return null;
    }
  }
}
