package io.streamdistill.records.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.records.Answer;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.Task;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.records.target.Softmax;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetReaderTest {

  private static final Task TASK =
      new Task(
          new FeatureContract(FeatureType.F32, List.of(2), 1, 0),
          new ClassMap(List.of("cat", "dog", "cow")));
  private static final double[] LOGITS = {3, 1, -4};
  private static final float TEMPERATURE = 20;
  private static final double MAX_WEIGHT = 100;

  private final AvroRecords wire = new AvroRecords();
  private final TargetReader reader = new TargetReader(TASK, MAX_WEIGHT);

  private static ByteBuffer floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.flip();
  }

  private static Example example(ByteBuffer features, @Nullable Integer label, float weight) {
    return new Example("an id", features, FeatureType.F32, label, weight, Instant.EPOCH);
  }

  private static Answer answer(TargetEncoding encoding) {
    double[] logProbabilities = LOGITS.clone();
    Softmax.logSoftmax(logProbabilities, TEMPERATURE);
    return new Answer(
        TargetCodec.encode(encoding, logProbabilities),
        encoding,
        TEMPERATURE,
        "teacher-1",
        TASK.classes().hash());
  }

  private static Target target(Example example, Answer answer) {
    return new Target(example, answer, Instant.ofEpochMilli(7));
  }

  private static Target fit() {
    return target(example(floats(1, 2), 1, 0.5f), answer(TargetEncoding.DENSE_F32));
  }

  private void assertRejected(Target target, Reason reason) {
    assertThat(reader.read(wire.encode(target)))
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected -> {
              assertThat(rejected.reason()).isEqualTo(reason);
              assertThat(rejected.detail()).isNotBlank();
            });
  }

  @Test
  void readsWhatWasWritten() {
    assertThat(reader.read(wire.encode(fit()))).isEqualTo(new Accepted<>(fit()));
    Target unlabelled = target(example(floats(0, -1), null, 1), fit().answer());
    assertThat(reader.read(wire.encode(unlabelled))).isEqualTo(new Accepted<>(unlabelled));
  }

  @ParameterizedTest
  @EnumSource(TargetEncoding.class)
  void recoversWhatTheTeacherSays(TargetEncoding encoding) {
    reader.read(wire.encode(target(example(floats(1, 2), null, 1), answer(encoding))));

    double[] said = reader.logProbabilities();

    assertThat(TEMPERATURE * (said[0] - said[1])).isCloseTo(LOGITS[0] - LOGITS[1], within(0.02));
    assertThat(TEMPERATURE * (said[0] - said[2])).isCloseTo(LOGITS[0] - LOGITS[2], within(0.02));
  }

  @Test
  void rejectsWhatIsNoSoftTarget() {
    assertThat(reader.read(null)).isInstanceOf(Rejected.class);
    assertThat(reader.read(wire.encode(fit().example())))
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected -> assertThat(rejected.reason()).isEqualTo(Reason.UNKNOWN_SCHEMA));
  }

  @Test
  void rejectsOtherClasses() {
    Answer answer = fit().answer();
    Answer other =
        new Answer(
            answer.distribution(), answer.encoding(), TEMPERATURE, "teacher-1", "ffffffffffffffff");

    assertRejected(target(fit().example(), other), Reason.WRONG_CLASS_MAP);
    // Labels mean something else then as well: the cause is told, not what follows from it.
    assertRejected(target(example(floats(1, 2), 17, 1), other), Reason.WRONG_CLASS_MAP);
  }

  @Test
  void rejectsOtherFeatures() {
    assertRejected(
        target(
            new Example("a", ByteBuffer.allocate(8), FeatureType.U8, null, 1, Instant.EPOCH),
            fit().answer()),
        Reason.WRONG_FEATURE_TYPE);
    assertRejected(
        target(example(floats(1, 2, 3), null, 1), fit().answer()), Reason.WRONG_FEATURE_LENGTH);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void rejectsFeaturesThatAreNoNumbers(float feature) {
    assertRejected(
        target(example(floats(1, feature), 1, 1), fit().answer()), Reason.NON_FINITE_FEATURES);
  }

  @ParameterizedTest
  @ValueSource(floats = {-0.1f, 100.1f, Float.NaN, Float.POSITIVE_INFINITY})
  void rejectsWeightsOutsideTheirRange(float weight) {
    assertRejected(target(example(floats(1, 2), 1, weight), fit().answer()), Reason.BAD_WEIGHT);
    assertThat(reader.read(wire.encode(target(example(floats(1, 2), 1, 100), fit().answer()))))
        .isInstanceOf(Accepted.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 3})
  void rejectsLabelsThatAreNoClass(int label) {
    assertRejected(
        target(example(floats(1, 2), label, 1), fit().answer()), Reason.LABEL_OUT_OF_RANGE);
  }

  @ParameterizedTest
  @ValueSource(floats = {0, -1, Float.NaN, Float.POSITIVE_INFINITY})
  void rejectsTemperaturesThatAreNone(float temperature) {
    Answer answer = fit().answer();
    assertRejected(
        target(
            fit().example(),
            new Answer(
                answer.distribution(),
                answer.encoding(),
                temperature,
                "teacher-1",
                answer.classMapHash())),
        Reason.BAD_TARGETS);
  }

  @Test
  void rejectsWhatIsNoDistribution() {
    for (ByteBuffer bad :
        List.of(floats(0.5f, 0.5f), floats(1, 1, 1), floats(Float.NaN, 0.5f, 0.5f))) {
      Answer answer =
          new Answer(bad, TargetEncoding.DENSE_F32, 1, "teacher-1", TASK.classes().hash());
      assertRejected(target(fit().example(), answer), Reason.BAD_TARGETS);
    }
  }

  /** A target of an unlabelled example without an id can be trained on, as before. */
  @Test
  void needsNoId() {
    Verdict<Target> verdict =
        reader.read(
            wire.encode(
                target(
                    new Example("", floats(1, 2), FeatureType.F32, null, 1, Instant.EPOCH),
                    fit().answer())));

    assertThat(verdict).isInstanceOf(Accepted.class);
  }
}
