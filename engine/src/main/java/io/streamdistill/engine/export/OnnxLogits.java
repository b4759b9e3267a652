package io.streamdistill.engine.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.streamdistill.onnx.graph.OnnxExportException;
import io.streamdistill.onnx.runtime.OnnxSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;

/** What an exported model says to examples. */
public final class OnnxLogits {

  private static final int BATCH = 1024;

  private OnnxLogits() {}

  /**
   * Runs the model through ONNX Runtime, in batches.
   *
   * @param model exported by {@link OnnxExport} under {@code contract}
   * @param features direct, little-endian, as on the wire: (count, length)
   * @return (count, classes)
   * @throws OnnxExportException if ONNX Runtime cannot load or run the model
   */
  public static double[][] of(
      byte[] model, ExportContract contract, ByteBuffer features, int count) {
    double[][] logits = new double[count][contract.classNames().size()];
    int bytesPerExample = contract.featureLength() * contract.type().bytes();
    try (OnnxSession session = OnnxSaid.open(model, contract)) {
      for (int from = 0; from < count; from += BATCH) {
        int rows = Math.min(BATCH, count - from);
        ByteBuffer bytes =
            features
                .slice(from * bytesPerExample, rows * bytesPerExample)
                .order(ByteOrder.LITTLE_ENDIAN);
        try (OnnxTensor input = new ModelFeatures(contract, rows, bytes).tensor();
            OrtSession.Result result =
                session.run(Map.of(OnnxExport.FEATURES, input), Set.of(OnnxExport.LOGITS))) {
          FloatBuffer said = ((OnnxTensor) result.get(0)).getFloatBuffer();
          for (int row = 0; row < rows; row++) {
            for (int k = 0; k < logits[from + row].length; k++) {
              logits[from + row][k] = said.get();
            }
          }
        }
      }
      return logits;
    } catch (OrtException e) {
      throw OnnxSaid.cannotRun(contract, String.valueOf(e.getMessage()), e);
    }
  }
}
