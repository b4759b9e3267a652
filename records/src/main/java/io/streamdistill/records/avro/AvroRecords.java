package io.streamdistill.records.avro;

import io.streamdistill.records.Answer;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.records.target.TargetEncoding;
import io.streamdistill.schema.HardLabel;
import io.streamdistill.schema.SoftTarget;
import io.streamdistill.schema.TransferExample;
import io.streamdistill.wire.Codecs;
import io.streamdistill.wire.RecordCodec;
import io.streamdistill.wire.WireException;
import java.util.List;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Our own records: what flows, as the schemas of this build have it in Avro's single-object
 * encoding. Thread-safe.
 */
public final class AvroRecords {

  /** What is on the topics of data: examples, soft targets and hard labels. */
  public static final List<Schema> SCHEMAS =
      List.of(
          TransferExample.getClassSchema(),
          SoftTarget.getClassSchema(),
          HardLabel.getClassSchema());

  private final RecordCodec<TransferExample> examples = Codecs.transferExample();
  private final RecordCodec<SoftTarget> targets = Codecs.softTarget();

  /** The bytes of an example. */
  public byte[] encode(Example example) {
    return examples.encode(
        new TransferExample(
            example.id(),
            example.features(),
            typeOnWire(example.type()),
            example.label(),
            example.weight(),
            example.eventTime()));
  }

  /** The bytes of a soft target. */
  public byte[] encode(Target target) {
    Example example = target.example();
    Answer answer = target.answer();
    return targets.encode(
        new SoftTarget(
            example.id(),
            example.features(),
            typeOnWire(example.type()),
            answer.distribution(),
            encodingOnWire(answer.encoding()),
            answer.temperature(),
            answer.teacherVersion(),
            answer.classMapHash(),
            example.label(),
            example.weight(),
            example.eventTime(),
            target.scoredTime()));
  }

  /**
   * Reads an example, or says why there is none.
   *
   * @param value of a record; the example's features may share its memory
   */
  public Verdict<Example> readExample(byte @Nullable [] value) {
    return read(value, examples, AvroRecords::example);
  }

  /**
   * Reads a soft target, or says why there is none.
   *
   * @param value of a record; features and distribution may share its memory
   */
  public Verdict<Target> readTarget(byte @Nullable [] value) {
    return read(value, targets, AvroRecords::target);
  }

  private static <W, T> Verdict<T> read(
      byte @Nullable [] value, RecordCodec<W> codec, Function<W, T> plain) {
    if (value == null || value.length == 0) {
      return new Rejected<>(Reason.EMPTY, "the record has no value");
    }
    try {
      return new Accepted<>(plain.apply(codec.decode(value)));
    } catch (WireException e) {
      Reason reason =
          switch (e.fault()) {
            case FRAMING -> Reason.BAD_FRAMING;
            case UNKNOWN_SCHEMA -> Reason.UNKNOWN_SCHEMA;
            case BODY -> Reason.UNDECODABLE;
          };
      return new Rejected<>(reason, String.valueOf(e.getMessage()));
    }
  }

  private static Example example(TransferExample wire) {
    return new Example(
        wire.getId(),
        wire.getFeatures(),
        type(wire.getFeatureType()),
        wire.getLabel(),
        wire.getWeight(),
        wire.getEventTime());
  }

  private static Target target(SoftTarget wire) {
    return new Target(
        new Example(
            wire.getId(),
            wire.getFeatures(),
            type(wire.getFeatureType()),
            wire.getLabel(),
            wire.getWeight(),
            wire.getEventTime()),
        new Answer(
            wire.getTargets(),
            encoding(wire.getEncoding()),
            wire.getTemperature(),
            wire.getTeacherVersion(),
            wire.getClassMapHash()),
        wire.getScoredTime());
  }

  private static FeatureType type(io.streamdistill.schema.FeatureType wire) {
    return switch (wire) {
      case U8 -> FeatureType.U8;
      case F16 -> FeatureType.F16;
      case F32 -> FeatureType.F32;
    };
  }

  private static io.streamdistill.schema.FeatureType typeOnWire(FeatureType type) {
    return switch (type) {
      case U8 -> io.streamdistill.schema.FeatureType.U8;
      case F16 -> io.streamdistill.schema.FeatureType.F16;
      case F32 -> io.streamdistill.schema.FeatureType.F32;
    };
  }

  private static TargetEncoding encoding(io.streamdistill.schema.TargetEncoding wire) {
    return switch (wire) {
      case DENSE_F32 -> TargetEncoding.DENSE_F32;
      case DENSE_F16_LOG_PROBABILITY -> TargetEncoding.DENSE_F16_LOG_PROBABILITY;
    };
  }

  private static io.streamdistill.schema.TargetEncoding encodingOnWire(TargetEncoding encoding) {
    return switch (encoding) {
      case DENSE_F32 -> io.streamdistill.schema.TargetEncoding.DENSE_F32;
      case DENSE_F16_LOG_PROBABILITY ->
          io.streamdistill.schema.TargetEncoding.DENSE_F16_LOG_PROBABILITY;
    };
  }
}
