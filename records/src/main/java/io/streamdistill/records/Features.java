package io.streamdistill.records;

import io.streamdistill.records.target.Float16;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** Decodes feature bytes into the floats that a model sees. Immutable and thread-safe. */
public final class Features {

  /** Elements decoded at a time: bulk puts are several times faster than single ones. */
  private static final int CHUNK = 1024;

  private final FeatureContract contract;
  private final int length;
  private final float[] scaledBytes; // (256): element value -> model input
  private final float byteCheck; // NaN when scale and offset make a byte infinite, else 0
  private final float @Nullable [] mean; // (length); null: as the contract gives them
  private final float[] deviation; // (length) or empty
  private final float limit;

  /** Creates a decoder for {@code contract}. */
  public Features(FeatureContract contract) {
    this(contract, null);
  }

  /**
   * Creates a decoder for {@code contract}.
   *
   * @param standardisation applied after the contract's scale and offset; null for none
   */
  public Features(FeatureContract contract, @Nullable Standardisation standardisation) {
    this.contract = contract;
    if (standardisation != null && standardisation.length() != contract.length()) {
      throw new IllegalArgumentException(
          "a standardisation of %d features, the contract says %d"
              .formatted(standardisation.length(), contract.length()));
    }
    this.mean = standardisation == null ? null : standardisation.means();
    this.deviation = standardisation == null ? new float[0] : standardisation.deviations();
    this.limit = standardisation == null ? 0 : standardisation.limit();
    this.length = contract.length();
    this.scaledBytes = new float[256];
    for (int value = 0; value < scaledBytes.length; value++) {
      scaledBytes[value] = value * contract.scale() + contract.offset();
    }
    byteCheck = scaledBytes[0] * 0 + scaledBytes[255] * 0;
  }

  /** The contract decoded by. */
  public FeatureContract contract() {
    return contract;
  }

  /**
   * Writes one example, scaled, at the position of {@code out}, and advances it by {@code length}.
   *
   * @param features (length) elements on the wire, exactly {@link FeatureContract#bytes()} bytes;
   *     its position is left alone
   * @return whether every scaled element is finite; what was written is to be discarded when it is
   *     not
   */
  public boolean decode(ByteBuffer features, FloatBuffer out) {
    ByteBuffer in = features.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() != contract.bytes()) {
      throw new IllegalArgumentException(
          "features have %d bytes, the contract says %d"
              .formatted(in.remaining(), contract.bytes()));
    }
    float check = 0; // becomes NaN as soon as one element is not finite
    float[] chunk = new float[Math.min(length, CHUNK)];
    for (int from = 0; from < length; from += CHUNK) {
      int count = Math.min(CHUNK, length - from);
      check += decode(in, from, chunk, count);
      if (mean != null) {
        standardise(mean, from, chunk, count);
      }
      out.put(chunk, 0, count);
    }
    return check == 0;
  }

  /** In the order of operations of the exported graph: subtract, divide, clip. */
  private void standardise(float[] means, int from, float[] chunk, int count) {
    for (int i = 0; i < count; i++) {
      float standardised = (chunk[i] - means[from + i]) / deviation[from + i];
      chunk[i] = Math.max(-limit, Math.min(limit, standardised));
    }
  }

  /** Returns 0, or NaN if an element is not finite. */
  private float decode(ByteBuffer in, int from, float[] chunk, int count) {
    switch (contract.type()) {
      case U8 -> {
        for (int i = 0; i < count; i++) {
          chunk[i] = scaledBytes[in.get(from + i) & 0xFF];
        }
        return byteCheck;
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          chunk[i] = scaled(Float16.toFloat(in.getShort(2 * (from + i))));
        }
      }
      case F32 -> {
        for (int i = 0; i < count; i++) {
          chunk[i] = scaled(in.getFloat(4 * (from + i)));
        }
      }
    }
    float check = 0;
    for (int i = 0; i < count; i++) {
      check += chunk[i] * 0;
    }
    return check;
  }

  /**
   * Whether every element, scaled, is finite: a huge element may overflow.
   *
   * @param features (length) elements on the wire, exactly {@link FeatureContract#bytes()} bytes;
   *     its position is left alone
   */
  public boolean allFinite(ByteBuffer features) {
    if (contract.type() == FeatureType.U8) {
      return byteCheck == 0; // whichever byte it is
    }
    ByteBuffer in = features.slice().order(ByteOrder.LITTLE_ENDIAN);
    float check = 0; // becomes NaN as soon as one element is not finite
    boolean half = contract.type() == FeatureType.F16;
    for (int i = 0; i < length; i++) {
      float element = half ? Float16.toFloat(in.getShort(2 * i)) : in.getFloat(4 * i);
      check += scaled(element) * 0;
    }
    return check == 0;
  }

  private float scaled(float element) {
    return element * contract.scale() + contract.offset();
  }
}
