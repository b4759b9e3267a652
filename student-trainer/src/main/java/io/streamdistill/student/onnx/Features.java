package io.streamdistill.student.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A batch of features as they are on the wire.
 *
 * @param bytes direct, little-endian; (records, length)
 */
public record Features(ExportContract contract, int records, ByteBuffer bytes) {

  /** Random features of any byte for u8, of a normal distribution otherwise. */
  static Features random(ExportContract contract, int records, RandomGenerator random) {
    int elements = Math.multiplyExact(records, contract.featureLength());
    OnnxType type = contract.type();
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Math.multiplyExact(elements, type.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      switch (type) {
        case U8 -> bytes.put((byte) random.nextInt());
        case F16 -> bytes.putShort(Fp16Conversions.floatToFp16((float) random.nextGaussian()));
        default -> bytes.putFloat((float) random.nextGaussian());
      }
    }
    return new Features(contract, records, bytes.flip());
  }

  /** The batch as ONNX Runtime takes it; shares the bytes. */
  OnnxTensor tensor(OrtEnvironment environment) throws OrtException {
    OnnxJavaType type =
        switch (contract.type()) {
          case U8 -> OnnxJavaType.UINT8;
          case F16 -> OnnxJavaType.FLOAT16;
          default -> OnnxJavaType.FLOAT;
        };
    long[] shape = {records, contract.featureLength()};
    return OnnxTensor.createTensor(environment, view(), shape, type);
  }

  /** The batch as the network takes it, scaled: (records, length). */
  INDArray array() {
    float[] values = new float[Math.multiplyExact(records, contract.featureLength())];
    ByteBuffer source = view();
    for (int i = 0; i < values.length; i++) {
      float feature =
          switch (contract.type()) {
            case U8 -> Byte.toUnsignedInt(source.get());
            case F16 -> Fp16Conversions.fp16ToFloat(source.getShort());
            default -> source.getFloat();
          };
      values[i] = feature * contract.scale() + contract.offset();
    }
    return Nd4j.createFromArray(values).reshape(records, contract.featureLength());
  }

  private ByteBuffer view() {
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }
}
