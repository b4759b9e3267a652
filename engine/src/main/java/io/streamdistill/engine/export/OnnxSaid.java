package io.streamdistill.engine.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.streamdistill.onnx.graph.OnnxExportException;
import io.streamdistill.onnx.runtime.OnnxSession;
import io.streamdistill.onnx.runtime.UnloadableException;
import java.util.Map;
import java.util.Set;

/**
 * What an exported model says in ONNX Runtime.
 *
 * @param probabilities (records, classes), row-major, as the model gives them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record OnnxSaid(float[] probabilities, Answers answers) {

  static OnnxSaid of(byte[] model, ModelFeatures features) {
    try (OnnxSession session = open(model, features.contract());
        OnnxTensor input = features.tensor();
        OrtSession.Result result =
            session.run(
                Map.of(OnnxExport.FEATURES, input),
                Set.of(OnnxExport.PROBABILITIES, OnnxExport.LOGITS))) {
      return new OnnxSaid(
          output(result, OnnxExport.PROBABILITIES),
          new Answers(features, output(result, OnnxExport.LOGITS)));
    } catch (OrtException e) {
      throw cannotRun(features.contract(), String.valueOf(e.getMessage()), e);
    }
  }

  static OnnxSession open(byte[] model, ExportContract contract) {
    try {
      return OnnxSession.open(model, "the exported model of " + contract.student(), 1);
    } catch (UnloadableException e) {
      throw cannotRun(contract, e.reason(), e);
    }
  }

  static OnnxExportException cannotRun(ExportContract contract, String reason, Exception failure) {
    return new OnnxExportException(
        "ONNX Runtime cannot run the exported model of student %s: %s"
            .formatted(contract.student(), reason),
        failure);
  }

  private static float[] output(OrtSession.Result result, String name) {
    OnnxTensor tensor = (OnnxTensor) result.get(name).orElseThrow();
    float[] elements = new float[tensor.getFloatBuffer().remaining()];
    tensor.getFloatBuffer().get(elements);
    return elements;
  }
}
