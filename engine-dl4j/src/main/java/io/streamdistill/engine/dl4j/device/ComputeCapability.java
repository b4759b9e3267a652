package io.streamdistill.engine.dl4j.device;

/** The generation of an NVIDIA GPU: 8.0 is an A100, 9.0 a Hopper. */
public record ComputeCapability(int major, int minor) implements Comparable<ComputeCapability> {

  /** Reads {@code "8.6"}. */
  static ComputeCapability parse(String text) {
    String[] parts = text.strip().split("\\.", -1);
    if (parts.length != 2) {
      throw new NumberFormatException("not a compute capability: " + text);
    }
    return new ComputeCapability(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
  }

  @Override
  public int compareTo(ComputeCapability other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
