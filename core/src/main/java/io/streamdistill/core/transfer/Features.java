package io.streamdistill.core.transfer;

import io.streamdistill.core.target.Float16;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Decodes feature bytes into the floats that a model sees. Immutable and thread-safe. */
public final class Features {

  private final FeatureContract contract;
  private final int length;
  private final float[] scaledBytes; // (256): element value -> model input

  /** Creates a decoder for {@code contract}. */
  public Features(FeatureContract contract) {
    this.contract = contract;
    this.length = contract.length();
    this.scaledBytes = new float[256];
    for (int value = 0; value < scaledBytes.length; value++) {
      scaledBytes[value] = value * contract.scale() + contract.offset();
    }
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
    switch (contract.type()) {
      case U8 -> {
        for (int i = 0; i < length; i++) {
          out.put(scaledBytes[in.get(i) & 0xFF]);
        }
      }
      case F16 -> {
        for (int i = 0; i < length; i++) {
          float value = scaled(Float16.toFloat(in.getShort(2 * i)));
          check += value * 0;
          out.put(value);
        }
      }
      case F32 -> {
        for (int i = 0; i < length; i++) {
          float value = scaled(in.getFloat(4 * i));
          check += value * 0;
          out.put(value);
        }
      }
    }
    return check == 0;
  }

  /**
   * Whether every element, scaled, is finite: a huge element may overflow.
   *
   * @param features (length) elements on the wire, exactly {@link FeatureContract#bytes()} bytes;
   *     its position is left alone
   */
  public boolean allFinite(ByteBuffer features) {
    ByteBuffer in = features.slice().order(ByteOrder.LITTLE_ENDIAN);
    float check = 0; // becomes NaN as soon as one element is not finite
    switch (contract.type()) {
      case U8 -> check = scaledBytes[0] * 0 + scaledBytes[255] * 0;
      case F16 -> {
        for (int i = 0; i < length; i++) {
          check += scaled(Float16.toFloat(in.getShort(2 * i))) * 0;
        }
      }
      case F32 -> {
        for (int i = 0; i < length; i++) {
          check += scaled(in.getFloat(4 * i)) * 0;
        }
      }
    }
    return check == 0;
  }

  private float scaled(float element) {
    return element * contract.scale() + contract.offset();
  }
}
