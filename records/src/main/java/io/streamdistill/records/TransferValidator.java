package io.streamdistill.records;

import static io.streamdistill.config.Require.require;

import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.schema.TransferExample;
import io.streamdistill.wire.RecordCodec;
import io.streamdistill.wire.WireException;
import org.jspecify.annotations.Nullable;

/** Decides which records of the transfer set are fit to be scored. Immutable and thread-safe. */
public final class TransferValidator {

  private final RecordCodec<TransferExample> codec;
  private final Features features;
  private final int classes;
  private final int maxRecordBytes;

  /**
   * Creates a validator.
   *
   * @param maxRecordBytes largest value accepted, framing included, >= 1
   */
  public TransferValidator(
      RecordCodec<TransferExample> codec,
      FeatureContract contract,
      ClassMap classMap,
      int maxRecordBytes) {
    require(maxRecordBytes >= 1, "max-record-bytes must be >= 1, got %s", maxRecordBytes);
    this.codec = codec;
    this.features = new Features(contract);
    this.classes = classMap.count();
    this.maxRecordBytes = maxRecordBytes;
  }

  /**
   * Judges one record.
   *
   * @param value the framed record as it lies on the topic; null for a record without a value. Byte
   *     fields of an accepted example may share its memory.
   */
  public Verdict<TransferExample> validate(byte @Nullable [] value) {
    if (value == null || value.length == 0) {
      return new Rejected<>(Reason.EMPTY, "the record has no value");
    }
    if (value.length > maxRecordBytes) {
      return new Rejected<>(
          Reason.TOO_LARGE,
          "the value has %d bytes, at most %d are accepted"
              .formatted(value.length, maxRecordBytes));
    }
    TransferExample example;
    try {
      example = codec.decode(value);
    } catch (WireException e) {
      return new Rejected<>(reasonOf(e.fault()), String.valueOf(e.getMessage()));
    }
    return judge(example);
  }

  private Verdict<TransferExample> judge(TransferExample example) {
    FeatureContract contract = features.contract();
    if (example.getId().isBlank()) {
      return new Rejected<>(Reason.BLANK_ID, "the id is blank");
    }
    if (example.getFeatureType() != contract.type()) {
      return new Rejected<>(
          Reason.WRONG_FEATURE_TYPE,
          "features are %s, the contract says %s"
              .formatted(example.getFeatureType(), contract.type()));
    }
    if (example.getFeatures().remaining() != contract.bytes()) {
      return new Rejected<>(
          Reason.WRONG_FEATURE_LENGTH,
          "features have %d bytes, shape %s of %s needs %d"
              .formatted(
                  example.getFeatures().remaining(),
                  contract.shape(),
                  contract.type(),
                  contract.bytes()));
    }
    if (!features.allFinite(example.getFeatures())) {
      return new Rejected<>(
          Reason.NON_FINITE_FEATURES, "a feature is NaN or infinite, as it is or after scaling");
    }
    Integer label = example.getLabel();
    if (label != null && (label < 0 || label >= classes)) {
      return new Rejected<>(
          Reason.LABEL_OUT_OF_RANGE, "label %d is not in [0, %d)".formatted(label, classes));
    }
    float weight = example.getWeight();
    if (!Float.isFinite(weight) || weight < 0) {
      return new Rejected<>(
          Reason.BAD_WEIGHT, "weight %s is not finite and >= 0".formatted(weight));
    }
    return new Accepted<>(example);
  }

  private static Reason reasonOf(WireException.Fault fault) {
    return switch (fault) {
      case FRAMING -> Reason.BAD_FRAMING;
      case UNKNOWN_SCHEMA -> Reason.UNKNOWN_SCHEMA;
      case BODY -> Reason.UNDECODABLE;
    };
  }
}
