package io.streamdistill.engine.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.streamdistill.onnx.graph.OnnxExportException;
import java.util.Map;

/**
 * What an exported model says in ONNX Runtime.
 *
 * @param probabilities (records, classes), row-major, as the model gives them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record OnnxSaid(float[] probabilities, Answers answers) {

  static OnnxSaid of(byte[] model, ModelFeatures features) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = options();
        OrtSession session = environment.createSession(model, options);
        OnnxTensor input = features.tensor(environment);
        OrtSession.Result result = session.run(Map.of(OnnxExport.FEATURES, input))) {
      return new OnnxSaid(
          output(result, OnnxExport.PROBABILITIES),
          new Answers(features, output(result, OnnxExport.LOGITS)));
    } catch (OrtException e) {
      throw cannotRun(features.contract(), e);
    }
  }

  static OnnxExportException cannotRun(ExportContract contract, OrtException e) {
    return new OnnxExportException(
        "ONNX Runtime cannot run the exported model of student %s: %s"
            .formatted(contract.student(), e.getMessage()),
        e);
  }

  static OrtSession.SessionOptions options() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    return options;
  }

  private static float[] output(OrtSession.Result result, String name) {
    OnnxTensor tensor = (OnnxTensor) result.get(name).orElseThrow();
    float[] elements = new float[tensor.getFloatBuffer().remaining()];
    tensor.getFloatBuffer().get(elements);
    return elements;
  }
}
