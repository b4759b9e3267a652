package io.streamdistill.student.onnx;

import onnx.Onnx.TensorProto.DataType;

/** The element types that graphs of this project use. */
public enum OnnxType {
  F32(DataType.FLOAT),
  F16(DataType.FLOAT16),
  U8(DataType.UINT8),
  I64(DataType.INT64);

  private final DataType dataType;

  OnnxType(DataType dataType) {
    this.dataType = dataType;
  }

  int code() {
    return dataType.getNumber();
  }
}
