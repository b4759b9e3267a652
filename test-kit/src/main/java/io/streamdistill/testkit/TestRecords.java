package io.streamdistill.testkit;

import io.streamdistill.records.Answer;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.avro.AvroRecords;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Records of the topics, read strictly, and changed in one place. */
public final class TestRecords {

  private static final AvroRecords WIRE = new AvroRecords();

  private TestRecords() {}

  /** The example in a record's value. */
  public static Example example(byte @Nullable [] value) {
    return required(WIRE.readExample(value));
  }

  /** The soft target in a record's value. */
  public static Target target(byte @Nullable [] value) {
    return required(WIRE.readTarget(value));
  }

  private static <T> T required(Verdict<T> verdict) {
    if (verdict instanceof Accepted<T> accepted) {
      return accepted.value();
    }
    throw new AssertionError(verdict);
  }

  /** The value of a record. */
  public static byte[] encode(Example example) {
    return WIRE.encode(example);
  }

  /** The value of a record. */
  public static byte[] encode(Target target) {
    return WIRE.encode(target);
  }

  public static Example withFeatures(Example example, ByteBuffer features) {
    return new Example(
        example.id(),
        features,
        example.type(),
        example.label(),
        example.weight(),
        example.eventTime());
  }

  public static Example withLabel(Example example, @Nullable Integer label) {
    return new Example(
        example.id(),
        example.features(),
        example.type(),
        label,
        example.weight(),
        example.eventTime());
  }

  public static Example withId(Example example, String id) {
    return new Example(
        id,
        example.features(),
        example.type(),
        example.label(),
        example.weight(),
        example.eventTime());
  }

  public static Example withWeight(Example example, float weight) {
    return new Example(
        example.id(),
        example.features(),
        example.type(),
        example.label(),
        weight,
        example.eventTime());
  }

  public static Example withType(Example example, FeatureType type) {
    return new Example(
        example.id(),
        example.features(),
        type,
        example.label(),
        example.weight(),
        example.eventTime());
  }

  public static Target withId(Target target, String id) {
    return with(target, withId(target.example(), id));
  }

  public static Target withFeatures(Target target, ByteBuffer features) {
    return with(target, withFeatures(target.example(), features));
  }

  public static Target withLabel(Target target, @Nullable Integer label) {
    return with(target, withLabel(target.example(), label));
  }

  public static Target withWeight(Target target, float weight) {
    return with(target, withWeight(target.example(), weight));
  }

  public static Target withClassMapHash(Target target, String classMapHash) {
    return with(target, target.answer().teacherVersion(), classMapHash);
  }

  public static Target withTeacherVersion(Target target, String version) {
    return with(target, version, target.answer().classMapHash());
  }

  public static Target withScoredTime(Target target, Instant scoredTime) {
    return new Target(target.example(), target.answer(), scoredTime);
  }

  private static Target with(Target target, String version, String classMapHash) {
    Answer answer = target.answer();
    return new Target(
        target.example(),
        new Answer(
            answer.distribution(), answer.encoding(), answer.temperature(), version, classMapHash),
        target.scoredTime());
  }

  private static Target with(Target target, Example example) {
    return new Target(example, target.answer(), target.scoredTime());
  }
}
