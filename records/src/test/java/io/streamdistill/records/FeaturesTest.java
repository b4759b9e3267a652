package io.streamdistill.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.records.target.Float16;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeaturesTest {

  private static ByteBuffer f32(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.flip();
  }

  private static ByteBuffer f16(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putShort(Float16.fromFloat(value));
    }
    return bytes.flip();
  }

  private static Features features(FeatureType type, float scale, float offset) {
    return new Features(new FeatureContract(type, List.of(2), scale, offset));
  }

  @Test
  void scalesEveryByteValueUnsigned() {
    Features features = new Features(FeatureContract.u8(16, 16));
    ByteBuffer all = ByteBuffer.allocate(256);
    for (int value = 0; value < 256; value++) {
      all.put((byte) value);
    }
    FloatBuffer out = FloatBuffer.allocate(256);

    assertThat(features.decode(all.flip(), out)).isTrue();

    for (int value = 0; value < 256; value++) {
      assertThat(out.get(value)).isEqualTo(value * (1f / 255));
    }
    assertThat(out.position()).isEqualTo(256);
    assertThat(all.position()).isZero();
  }

  @Test
  void standardisesWhatTheContractGivesAndCutsOff() {
    Features features =
        new Features(
            new FeatureContract(FeatureType.F32, List.of(3), 2, 1),
            new Standardisation(List.of(7f, 0f, 0f), List.of(0.5f, 1f, 1e-3f), 10));
    FloatBuffer out = FloatBuffer.allocate(3);

    assertThat(features.decode(f32(4, -3, 3e37f), out)).isTrue();

    assertThat(out.array()).containsExactly(4, -5, 10);
  }

  @Test
  void standardisationNeedsOneFigureForEveryFeature() {
    assertThatThrownBy(
            () ->
                new Features(
                    FeatureContract.u8(3), new Standardisation(List.of(0f), List.of(1f), 10)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 features");
    assertThatThrownBy(() -> new Standardisation(List.of(0f), List.of(0f), 10))
        .hasMessageContaining("deviation 0.0");
  }

  @Test
  void scalesThenOffsetsFloats() {
    FloatBuffer out = FloatBuffer.allocate(4);

    assertThat(features(FeatureType.F32, 2, 1).decode(f32(3, -0.5f), out)).isTrue();
    assertThat(features(FeatureType.F16, 2, 1).decode(f16(3, -0.5f), out)).isTrue();

    assertThat(out.array()).containsExactly(7, 0, 7, 0);
  }

  @Test
  void noticesElementsThatAreNotFinite() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      FloatBuffer out = FloatBuffer.allocate(2);
      assertThat(features(FeatureType.F32, 1, 0).decode(f32(bad, 1), out.duplicate())).isFalse();
      assertThat(features(FeatureType.F32, 1, 0).decode(f32(1, bad), out.duplicate())).isFalse();
      assertThat(features(FeatureType.F16, 1, 0).decode(f16(1, bad), out.duplicate())).isFalse();
    }
  }

  @Test
  void noticesElementsThatScalingMakesInfinite() {
    assertThat(
            features(FeatureType.F32, 10, 0)
                .decode(f32(Float.MAX_VALUE, 1), FloatBuffer.allocate(2)))
        .isFalse();
  }

  @Test
  void tellsWithoutDecodingWhetherDecodingWouldSucceed() {
    for (float value : new float[] {0, -1, 1e38f, Float.NaN, Float.NEGATIVE_INFINITY}) {
      for (float scale : new float[] {1, 10}) {
        for (ByteBuffer bytes : new ByteBuffer[] {f32(1, value), f32(value, 1)}) {
          Features features = features(FeatureType.F32, scale, 1);
          assertThat(features.allFinite(bytes))
              .as("%s x %s", value, scale)
              .isEqualTo(features.decode(bytes, FloatBuffer.allocate(2)));
        }
        Features features = features(FeatureType.F16, scale, 1);
        assertThat(features.allFinite(f16(1, value)))
            .isEqualTo(features.decode(f16(1, value), FloatBuffer.allocate(2)));
      }
    }
  }

  @Test
  void noticesBytesThatScalingMakesInfinite() {
    Features features = features(FeatureType.U8, Float.MAX_VALUE, 1);
    ByteBuffer bytes = ByteBuffer.allocate(2);

    assertThat(features.decode(bytes, FloatBuffer.allocate(2))).isFalse();
    assertThat(features.allFinite(bytes)).isFalse();
  }

  @Test
  void decodesLongVectorsPieceByPiece() {
    int length = 2_500;
    ByteBuffer bytes = ByteBuffer.allocate(4 * length).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < length; i++) {
      bytes.putFloat(4 * i, i);
    }
    FloatBuffer out = FloatBuffer.allocate(length);
    FeatureContract contract = new FeatureContract(FeatureType.F32, List.of(length), 2, 0);

    assertThat(new Features(contract).decode(bytes, out)).isTrue();

    for (int i = 0; i < length; i++) {
      assertThat(out.get(i)).isEqualTo(2f * i);
    }
  }

  @Test
  void refusesAnotherLength() {
    Features features = features(FeatureType.F32, 1, 0);

    for (int bytes : new int[] {0, 4, 7, 9, 12}) {
      assertThatThrownBy(() -> features.decode(ByteBuffer.allocate(bytes), FloatBuffer.allocate(9)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(bytes + " bytes, the contract says 8");
    }
  }

  @Test
  void readsInsideAnotherBuffer() {
    ByteBuffer record = ByteBuffer.allocate(11).put(3, f32(5, 6), 0, 8).position(3);
    FloatBuffer out = FloatBuffer.allocate(2);

    assertThat(features(FeatureType.F32, 1, 0).decode(record, out)).isTrue();

    assertThat(out.array()).containsExactly(5, 6);
    assertThat(record.position()).isEqualTo(3);
  }
}
