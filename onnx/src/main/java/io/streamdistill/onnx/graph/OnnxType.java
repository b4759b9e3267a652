package io.streamdistill.onnx.graph;

/** The element types that graphs of this project use. */
public enum OnnxType {
  F32(1, 4),
  F16(10, 2),
  U8(2, 1),
  I8(3, 1),
  I32(6, 4),
  I64(7, 8);

  private final int code;
  private final int bytes;

  OnnxType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /** Number of the type in onnx.proto. */
  public int code() {
    return code;
  }

  /** Size of one element. */
  public int bytes() {
    return bytes;
  }
}
