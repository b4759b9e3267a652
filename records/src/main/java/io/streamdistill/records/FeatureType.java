package io.streamdistill.records;

/** Element type of a feature vector on the wire, little-endian. */
public enum FeatureType {
  /** Unsigned bytes. */
  U8(1),
  /** IEEE 754 half precision. */
  F16(2),
  /** IEEE 754 single precision. */
  F32(4);

  private final int bytes;

  FeatureType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }
}
