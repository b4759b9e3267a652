package io.streamdistill.records.target;

/** How a distribution over the classes lies on the wire, little-endian. */
public enum TargetEncoding {
  /** Probabilities as float32. */
  DENSE_F32(4),
  /** Natural logarithms of the probabilities as float16. */
  DENSE_F16_LOG_PROBABILITY(2);

  private final int bytes;

  TargetEncoding(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one class. */
  public int bytes() {
    return bytes;
  }
}
