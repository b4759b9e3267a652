package io.streamdistill.student.onnx;

import onnx.Onnx.TensorProto.DataType;

/** The element types that graphs of this project use. */
public enum OnnxType {
  F32(DataType.FLOAT, 4),
  F16(DataType.FLOAT16, 2),
  U8(DataType.UINT8, 1),
  I64(DataType.INT64, 8);

  private final DataType dataType;
  private final int bytes;

  OnnxType(DataType dataType, int bytes) {
    this.dataType = dataType;
    this.bytes = bytes;
  }

  int code() {
    return dataType.getNumber();
  }

  /** Size of one element. */
  int bytes() {
    return bytes;
  }
}
