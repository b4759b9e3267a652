package io.streamdistill.student.scale;

import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Standardisation;
import io.streamdistill.student.scale.InputConfig.Standardise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first records of the log, and what they say about scales. In memory: at most {@value
 * #MAX_ELEMENTS} features and as many log-probabilities.
 */
final class Measurement {

  static final int MAX_ELEMENTS = 16 << 20;

  /** Root mean square that {@code shared} brings features to; that of MNIST's pixels in [0, 1]. */
  private static final double SHARED_RMS = 1 / 3.0;

  /** Share of the power of features that makes it their means'. */
  private static final double MOST = 2 / 3.0;

  /** {@code shared} divides bounded bytes: there is nothing to clip. */
  private static final float NO_LIMIT = 1e6f;

  private final InputConfig config;
  private final FeatureContract contract;
  private final int capacity;
  private final List<float[]> features = new ArrayList<>(); // each (features)
  private final List<double[]> logProbabilities = new ArrayList<>(); // each (classes), at T = 1

  Measurement(InputConfig config, FeatureContract contract, int classes) {
    this.config = config;
    this.contract = contract;
    int largest = MAX_ELEMENTS / Math.max(contract.length(), classes);
    capacity = Math.max(2, Math.min(config.examples(), largest));
  }

  /** Takes a record. */
  void add(float[] example, double[] teacher) {
    features.add(example);
    logProbabilities.add(teacher);
  }

  int count() {
    return features.size();
  }

  boolean isFull() {
    return count() >= capacity;
  }

  /** What the records say. */
  StudentScales scales(ObjectiveChoice objective) {
    double spread = spread();
    double chosen = Double.isNaN(objective.temperature()) ? spread : objective.temperature();
    double hardTemperature = objective.hardTemperature().applyAsDouble(spread);
    TeacherAnswers answers = TeacherAnswers.of(logProbabilities, chosen);
    if (objective.sharpWeight() > 0 && chosen > hardTemperature) {
      TeacherAnswers sharp = TeacherAnswers.of(logProbabilities, hardTemperature);
      answers = answers.plus(sharp, objective.sharpWeight());
    }
    float least = Float.POSITIVE_INFINITY;
    float greatest = Float.NEGATIVE_INFINITY;
    for (float[] example : features) {
      for (float value : example) {
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
      }
    }
    return new StudentScales(
        count(),
        standardisation(),
        spread,
        objective.logitScale().applyAsDouble(spread),
        chosen,
        answers.priorLoss(),
        answers.blankLoss(),
        answers.majority(),
        least,
        greatest);
  }

  /** Mean over the records of the standard deviation of their logits over the classes; or 1. */
  private double spread() {
    double sum = 0;
    for (double[] record : logProbabilities) {
      double mean = Arrays.stream(record).average().orElseThrow();
      double squares = 0;
      for (double logit : record) {
        squares += (logit - mean) * (logit - mean);
      }
      sum += Math.sqrt(squares / record.length);
    }
    double spread = sum / count();
    return spread > Float.MIN_NORMAL && Double.isFinite(spread) ? spread : 1;
  }

  private @Nullable Standardisation standardisation() {
    Standardise how = config.standardise();
    if (how == Standardise.AUTO) {
      how = contract.type() == FeatureType.U8 ? Standardise.SHARED : Standardise.FEATURE;
    }
    return switch (how) {
      case FEATURE -> byFeature();
      case SHARED -> shared();
      case GIVEN -> new Standardisation(config.mean(), config.deviation(), config.limit());
      case AUTO, OFF -> null;
    };
  }

  private Standardisation byFeature() {
    List<Float> means = new ArrayList<>();
    List<Float> deviations = new ArrayList<>();
    float[] values = new float[count()];
    for (int f = 0; f < contract.length(); f++) {
      for (int i = 0; i < values.length; i++) {
        values[i] = features.get(i)[f];
      }
      Column column = Column.of(values);
      means.add(column.mean());
      deviations.add(column.deviation());
    }
    return new Standardisation(means, deviations, config.limit());
  }

  /**
   * One factor for all. Where most of their power is in their means, as in images without a dark
   * ground, the means are taken off; elsewhere 0 stays 0.
   */
  private @Nullable Standardisation shared() {
    int length = contract.length();
    double[] sums = new double[length];
    double squares = 0;
    for (float[] example : features) {
      for (int f = 0; f < length; f++) {
        sums[f] += example[f];
        squares += (double) example[f] * example[f];
      }
    }
    double power = squares / count() / length;
    double meanPower = 0;
    for (double sum : sums) {
      meanPower += sum / count() * (sum / count()) / length;
    }
    boolean centred = meanPower > MOST * power && power > meanPower;
    float unit = (float) (Math.sqrt(centred ? power - meanPower : power) / SHARED_RMS);
    if (!(unit >= Float.MIN_NORMAL && unit <= Float.MAX_VALUE)) { // nothing but zeros
      return null;
    }
    List<Float> means = new ArrayList<>();
    for (double sum : sums) {
      means.add(centred ? (float) (sum / count()) : 0f);
    }
    return new Standardisation(means, Collections.nCopies(length, unit), NO_LIMIT);
  }
}
