package io.streamdistill.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.target.Float16;
import io.streamdistill.schema.HardLabel;
import io.streamdistill.wire.Codecs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecordRulesTest {

  private static final FeatureContract U8 = FeatureContract.u8(4);
  private static final FeatureContract F32 =
      new FeatureContract(FeatureType.F32, List.of(2), 1e10f, 0);
  private static final FeatureContract F16 = new FeatureContract(FeatureType.F16, List.of(2), 1, 0);

  private static Verdict<Example> judge(FeatureContract contract, byte @Nullable [] value) {
    return new RecordRules(new Task(contract, ClassMap.ofCount(3)))
        .judge(new AvroRecords().readExample(value));
  }

  private static byte[] framed(
      String id, FeatureType type, byte[] features, @Nullable Integer label, float weight) {
    return new AvroRecords()
        .encode(new Example(id, ByteBuffer.wrap(features), type, label, weight, Instant.EPOCH));
  }

  private static byte[] f32(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static byte[] f16(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putShort(Float16.fromFloat(value));
    }
    return bytes.array();
  }

  private static void assertRejected(
      FeatureContract contract, byte @Nullable [] value, Reason reason) {
    assertThat(judge(contract, value))
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected -> {
              assertThat(rejected.reason()).isEqualTo(reason);
              assertThat(rejected.detail()).isNotBlank();
            });
  }

  @Test
  void acceptsAFitRecordAndDecodesIt() {
    byte[] value = framed("a", FeatureType.U8, new byte[] {1, 2, 3, -1}, 2, 0);

    Verdict<Example> verdict = judge(U8, value);

    assertThat(verdict).isInstanceOf(Accepted.class);
    Example example = ((Accepted<Example>) verdict).value();
    assertThat(example.id()).isEqualTo("a");
    assertThat(example.features()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3, -1}));
    assertThat(example.label()).isEqualTo(2);
  }

  @Test
  void rejectsWhatIsNotThere() {
    assertRejected(U8, null, Reason.EMPTY);
    assertRejected(U8, new byte[0], Reason.EMPTY);
  }

  @Test
  void rejectsWhatIsNotFramed() {
    assertRejected(U8, new byte[] {1, 2, 3}, Reason.BAD_FRAMING);
    assertRejected(U8, "{\"id\": 1, \"features\": []}".getBytes(UTF_8), Reason.BAD_FRAMING);
  }

  @Test
  void rejectsRecordsOfAnotherSchema() {
    byte[] label = Codecs.hardLabel().encode(new HardLabel("a", 1, 1f, Instant.EPOCH));
    assertRejected(U8, label, Reason.UNKNOWN_SCHEMA);
  }

  @Test
  void rejectsBodiesCutShortOrTooLong() {
    byte[] value = framed("a", FeatureType.U8, new byte[4], null, 1);
    assertRejected(U8, Arrays.copyOf(value, value.length - 1), Reason.UNDECODABLE);
    assertRejected(U8, Arrays.copyOf(value, value.length + 1), Reason.UNDECODABLE);
    assertRejected(U8, Arrays.copyOf(value, 10), Reason.UNDECODABLE);
  }

  /** A length far beyond the record must not be believed: memory would be taken for it. */
  @Test
  void rejectsBodiesWithLyingLengths() {
    byte[] value = framed("a", FeatureType.U8, new byte[4], null, 1);
    ByteBuffer lying = ByteBuffer.allocate(40).put(value, 0, 12); // header, id
    for (int length : new int[] {Integer.MAX_VALUE - 8, 2_000_000_000, 100_000}) {
      long zigzag = 2L * length;
      lying.position(12);
      while (zigzag > 0x7F) {
        lying.put((byte) (zigzag | 0x80));
        zigzag >>>= 7;
      }
      lying.put((byte) zigzag);
      assertRejected(U8, lying.array().clone(), Reason.UNDECODABLE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void rejectsBlankIds(String id) {
    assertRejected(U8, framed(id, FeatureType.U8, new byte[4], null, 1), Reason.BLANK_ID);
  }

  @Test
  void rejectsAnotherElementTypeOrLength() {
    assertRejected(U8, framed("a", FeatureType.F32, f32(1), null, 1), Reason.WRONG_FEATURE_TYPE);
    assertRejected(
        U8, framed("a", FeatureType.U8, new byte[3], null, 1), Reason.WRONG_FEATURE_LENGTH);
    assertRejected(
        U8, framed("a", FeatureType.U8, new byte[5], null, 1), Reason.WRONG_FEATURE_LENGTH);
  }

  @ParameterizedTest
  @ValueSource(
      floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e30f, -1e30f})
  void rejectsFeaturesThatAreNotFiniteOrOverflowWhenScaled(float feature) {
    assertRejected(
        F32, framed("a", FeatureType.F32, f32(1, feature), null, 1), Reason.NON_FINITE_FEATURES);
  }

  @Test
  void rejectsHalvesThatAreNotFinite() {
    for (float feature : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      assertRejected(
          F16, framed("a", FeatureType.F16, f16(feature, 1), null, 1), Reason.NON_FINITE_FEATURES);
    }
    assertThat(judge(F16, framed("a", FeatureType.F16, f16(65504, -0f), null, 1)))
        .isInstanceOf(Accepted.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 3, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void rejectsLabelsThatAreNoClass(int label) {
    assertRejected(
        U8, framed("a", FeatureType.U8, new byte[4], label, 1), Reason.LABEL_OUT_OF_RANGE);
  }

  @ParameterizedTest
  @ValueSource(floats = {-0.1f, Float.NaN, Float.POSITIVE_INFINITY})
  void rejectsWeightsThatAreNotFiniteOrNegative(float weight) {
    assertRejected(U8, framed("a", FeatureType.U8, new byte[4], 1, weight), Reason.BAD_WEIGHT);
  }

  @Test
  void neverThrowsWhateverTheBytes() {
    long seed = 20150309;
    Random random = new Random(seed);
    byte[] fit = framed("an id", FeatureType.U8, new byte[4], 1, 1);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = fit.clone();
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      byte[] value = Arrays.copyOf(bytes, random.nextInt(2 * bytes.length));
      assertThat(judge(U8, value)).as("seed %d, record %d", seed, i).isNotNull();
    }
  }
}
