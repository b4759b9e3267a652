package io.streamdistill.engine.export;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.streamdistill.onnx.graph.OnnxType;
import io.streamdistill.onnx.runtime.OnnxRuntime;
import io.streamdistill.records.Standardisation;
import io.streamdistill.records.target.Float16;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/**
 * A batch of features as they are on the wire.
 *
 * @param bytes direct, little-endian; (records, length)
 */
public record ModelFeatures(ExportContract contract, int records, ByteBuffer bytes) {

  /**
   * Random features: any byte for u8, otherwise of a normal distribution, the one that the
   * standardisation says if there is one.
   */
  public static ModelFeatures random(ExportContract contract, int records, RandomGenerator random) {
    int length = contract.featureLength();
    OnnxType type = contract.type();
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(
                Math.multiplyExact(Math.multiplyExact(records, length), type.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    Standardisation standardisation = contract.standardisation();
    float[] mean = standardisation == null ? new float[0] : standardisation.means();
    float[] deviation = standardisation == null ? mean : standardisation.deviations();
    for (int i = 0; i < records * length; i++) {
      if (type == OnnxType.U8) {
        bytes.put((byte) random.nextInt());
        continue;
      }
      float element = (float) random.nextGaussian();
      if (standardisation != null) {
        int f = i % length;
        element = (mean[f] + deviation[f] * element - contract.offset()) / contract.scale();
      }
      if (type == OnnxType.F16) {
        bytes.putShort(
            Float16.fromFloat(Math.max(-Float16.MAX_VALUE, Math.min(Float16.MAX_VALUE, element))));
      } else {
        bytes.putFloat(Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, element)));
      }
    }
    return new ModelFeatures(contract, records, bytes.flip());
  }

  /** The batch as ONNX Runtime takes it; shares the bytes. */
  OnnxTensor tensor() throws OrtException {
    OnnxJavaType type =
        switch (contract.type()) {
          case U8 -> OnnxJavaType.UINT8;
          case F16 -> OnnxJavaType.FLOAT16;
          default -> OnnxJavaType.FLOAT;
        };
    long[] shape = {records, contract.featureLength()};
    return OnnxRuntime.tensor(view(), shape, type);
  }

  /** The batch as a student sees it, scaled and standardised: (records, length), row-major. */
  public float[] values() {
    float[] values = new float[Math.multiplyExact(records, contract.featureLength())];
    ByteBuffer source = view();
    Standardisation standardisation = contract.standardisation();
    float[] mean = standardisation == null ? new float[0] : standardisation.means();
    float[] deviation = standardisation == null ? mean : standardisation.deviations();
    for (int i = 0; i < values.length; i++) {
      float feature =
          switch (contract.type()) {
            case U8 -> Byte.toUnsignedInt(source.get());
            case F16 -> Float16.toFloat(source.getShort());
            default -> source.getFloat();
          };
      values[i] = feature * contract.scale() + contract.offset();
      if (standardisation != null) {
        int f = i % mean.length;
        float limit = standardisation.limit();
        values[i] = Math.max(-limit, Math.min(limit, (values[i] - mean[f]) / deviation[f]));
      }
    }
    return values;
  }

  private ByteBuffer view() {
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }
}
