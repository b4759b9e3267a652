package io.streamdistill.student.source;

import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Features;
import io.streamdistill.records.Standardisation;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.schema.SoftTarget;
import io.streamdistill.student.objective.TargetBatch;
import io.streamdistill.wire.Codecs;
import io.streamdistill.wire.RecordCodec;
import io.streamdistill.wire.WireException;
import java.nio.FloatBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Turns a record of the log into a row of a batch: features as the student sees them, and the
 * teacher's distribution at the temperature of the objective, whatever the temperature it was
 * published at.
 */
public final class SoftTargetDecoder {

  private final RecordCodec<SoftTarget> codec = Codecs.softTarget();
  private final FeatureContract contract;
  private final Features features;
  private final String classMapHash;
  private final double temperature;
  private final double maxWeight;
  private final double[] logProbabilities; // (classes)
  private final float[] distribution; // (classes), at the temperature of the objective

  /**
   * Creates a decoder.
   *
   * @param standardisation of the features; null for none
   * @param temperature of the objective, T > 0
   * @param maxWeight largest weight of a record that is fit
   */
  public SoftTargetDecoder(
      FeatureContract contract,
      @Nullable Standardisation standardisation,
      ClassMap classes,
      double temperature,
      double maxWeight) {
    this.contract = contract;
    this.features = new Features(contract, standardisation);
    this.maxWeight = maxWeight;
    this.classMapHash = classes.hash();
    this.temperature = temperature;
    this.logProbabilities = new double[classes.count()];
    this.distribution = new float[classes.count()];
  }

  /**
   * Writes a record of the log into row {@code row} of a batch. The row's content is undefined when
   * the record is rejected: fill it with another one.
   *
   * @param input (batch, features), row-major
   */
  public Verdict<SoftTarget> read(
      ConsumerRecord<byte[], byte[]> record, int row, FloatBuffer input, TargetBatch targets) {
    Verdict<SoftTarget> verdict = read(record);
    if (verdict instanceof Accepted<SoftTarget> accepted
        && !fill(accepted.value(), row, input, targets)) {
      return new Rejected<>(Reason.NON_FINITE_FEATURES, "a feature is NaN or infinite");
    }
    return verdict;
  }

  /** Decodes and checks a record of the log; whether its features are finite is left open. */
  public Verdict<SoftTarget> read(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return new Rejected<>(Reason.EMPTY, "the record has no value");
    }
    SoftTarget target;
    try {
      target = codec.decode(record.value());
    } catch (WireException e) {
      Reason reason =
          switch (e.fault()) {
            case FRAMING -> Reason.BAD_FRAMING;
            case UNKNOWN_SCHEMA -> Reason.UNKNOWN_SCHEMA;
            case BODY -> Reason.UNDECODABLE;
          };
      return new Rejected<>(reason, String.valueOf(e.getMessage()));
    }
    return check(target);
  }

  private Verdict<SoftTarget> check(SoftTarget target) {
    if (target.getFeatureType() != contract.type()) {
      return new Rejected<>(
          Reason.WRONG_FEATURE_TYPE,
          "features are %s, expected %s".formatted(target.getFeatureType(), contract.type()));
    }
    if (target.getFeatures().remaining() != contract.bytes()) {
      return new Rejected<>(
          Reason.WRONG_FEATURE_LENGTH,
          "features have %d bytes, expected %d"
              .formatted(target.getFeatures().remaining(), contract.bytes()));
    }
    if (!target.getClassMapHash().equals(classMapHash)) {
      return new Rejected<>(
          Reason.WRONG_CLASS_MAP,
          "class map %s, expected %s: teacher and student are configured with other classes"
              .formatted(target.getClassMapHash(), classMapHash));
    }
    Integer label = target.getLabel();
    if (label != null && (label < 0 || label >= distribution.length)) {
      return new Rejected<>(
          Reason.LABEL_OUT_OF_RANGE,
          "label %d is outside [0, %d)".formatted(label, distribution.length));
    }
    if (!(target.getWeight() >= 0 && target.getWeight() <= maxWeight)) {
      return new Rejected<>(
          Reason.BAD_WEIGHT,
          "weight is %s, expected 0 to %s (student.max-weight)"
              .formatted(target.getWeight(), maxWeight));
    }
    if (!(target.getTemperature() > 0 && Float.isFinite(target.getTemperature()))
        || !TargetCodec.decode(target.getEncoding(), target.getTargets(), logProbabilities)) {
      return new Rejected<>(
          Reason.BAD_TARGETS,
          "%d bytes of %s at temperature %s are not a distribution over %d classes"
              .formatted(
                  target.getTargets().remaining(),
                  target.getEncoding(),
                  target.getTemperature(),
                  distribution.length));
    }
    return new Accepted<>(target);
  }

  private boolean fill(SoftTarget target, int row, FloatBuffer input, TargetBatch targets) {
    input.position(row * contract.length());
    boolean finite = features.decode(target.getFeatures(), input);
    TargetCodec.retemper(logProbabilities, target.getTemperature(), temperature);
    for (int k = 0; k < distribution.length; k++) {
      distribution[k] = (float) Math.exp(logProbabilities[k]);
    }
    Integer label = target.getLabel();
    targets.set(
        row, distribution, label == null ? TargetBatch.UNLABELLED : label, target.getWeight());
    return finite;
  }
}
