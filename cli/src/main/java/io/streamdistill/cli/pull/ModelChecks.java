package io.streamdistill.cli.pull;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.streamdistill.engine.export.OnnxExport;
import io.streamdistill.onnx.runtime.OnnxRuntime;
import io.streamdistill.onnx.runtime.OnnxSession;
import io.streamdistill.onnx.runtime.UnloadableException;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.target.Float16;
import io.streamdistill.records.target.Softmax;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks that a student's model does in ONNX Runtime what its checkpoint promises. */
final class ModelChecks {

  /** Largest difference between a probability and the softmax of the logits in float32. */
  private static final double TOLERANCE = 1e-5;

  private final FeatureContract contract;
  private final int classes;
  private final List<Check> checks = new ArrayList<>();

  private ModelChecks(FeatureContract contract, int classes) {
    this.contract = contract;
    this.classes = classes;
  }

  /** Returns the checks made; a failed one is the last. */
  static List<Check> run(Path model, FeatureContract contract, int classes) {
    ModelChecks run = new ModelChecks(contract, classes);
    run.check(model);
    return run.checks;
  }

  private void check(Path model) {
    try (OnnxSession session = OnnxSession.open(model, 1)) {
      add("load", null, "ONNX Runtime loads " + model.getFileName());
      if (checkInput(session)
          && checkOutput(session, OnnxExport.PROBABILITIES)
          && checkOutput(session, OnnxExport.LOGITS)
          && checkBatch(session, 1)) {
        checkBatch(session, 3);
      }
    } catch (UnloadableException e) {
      checks.add(Check.failed("load", e.reason()));
    } catch (OrtException e) {
      checks.add(Check.failed("run", String.valueOf(e.getMessage())));
    }
  }

  private boolean checkInput(OnnxSession session) throws OrtException {
    if (session.inputs().size() != 1) {
      return add("input", "expected features alone, got " + session.inputs().keySet(), "");
    }
    OnnxJavaType type =
        switch (contract.type()) {
          case U8 -> OnnxJavaType.UINT8;
          case F16 -> OnnxJavaType.FLOAT16;
          case F32 -> OnnxJavaType.FLOAT;
        };
    return add(
        "input",
        mismatch(session.inputs(), OnnxExport.FEATURES, type, contract.length()),
        "features is %s (batch, %d)".formatted(type, contract.length()));
  }

  private boolean checkOutput(OnnxSession session, String name) throws OrtException {
    return add(
        "output",
        mismatch(session.outputs(), name, OnnxJavaType.FLOAT, classes),
        "%s is FLOAT (batch, %d)".formatted(name, classes));
  }

  private static @Nullable String mismatch(
      Map<String, NodeInfo> nodes, String name, OnnxJavaType type, int length) {
    NodeInfo node = nodes.get(name);
    if (node == null) {
      return "expected the name %s, got %s".formatted(name, nodes.keySet());
    }
    if (!(node.getInfo() instanceof TensorInfo tensor)
        || tensor.type != type
        || !Arrays.equals(tensor.getShape(), new long[] {-1, length})) {
      return "%s: expected %s with shape [-1, %d], got %s"
          .formatted(name, type, length, node.getInfo());
    }
    return null;
  }

  private boolean checkBatch(OnnxSession session, int batch) throws OrtException {
    long[] shape = {batch, contract.length()};
    try (OnnxTensor features =
            switch (contract.type()) {
              case U8 -> OnnxRuntime.tensor(ramp(batch), shape, OnnxJavaType.UINT8);
              case F16 -> OnnxRuntime.tensor(ramp(batch), shape, OnnxJavaType.FLOAT16);
              case F32 -> OnnxRuntime.tensor(ramp(batch), shape, OnnxJavaType.FLOAT);
            };
        OrtSession.Result result =
            session.run(
                Map.of(OnnxExport.FEATURES, features),
                Set.of(OnnxExport.PROBABILITIES, OnnxExport.LOGITS))) {
      float[][] probabilities = output(result, OnnxExport.PROBABILITIES); // (batch, classes)
      float[][] logits = output(result, OnnxExport.LOGITS); // (batch, classes)
      String problem =
          probabilities.length == batch && logits.length == batch
              ? distance(probabilities, logits)
              : "expected %d rows, got %d".formatted(batch, probabilities.length);
      return add(
          "batch of " + batch, problem, "outputs are finite, probabilities are softmax(logits)");
    }
  }

  /** Features that differ from row to row and lie in [0, 1] after scaling where they are u8. */
  private ByteBuffer ramp(int batch) {
    ByteBuffer features =
        ByteBuffer.allocateDirect(batch * contract.bytes()).order(ByteOrder.nativeOrder());
    for (int i = 0; i < batch * contract.length(); i++) {
      int value = i * 31 % 256;
      switch (contract.type()) {
        case U8 -> features.put((byte) value);
        case F16 -> features.putShort(Float16.fromFloat(value / 255f));
        case F32 -> features.putFloat(value / 255f);
      }
    }
    return features.flip();
  }

  private static float[][] output(OrtSession.Result result, String name) throws OrtException {
    return (float[][]) result.get(name).orElseThrow().getValue();
  }

  /**
   * Says where probabilities are not softmax(logits), or a value is not finite; null if nowhere.
   */
  private static @Nullable String distance(float[][] probabilities, float[][] logits) {
    for (int row = 0; row < logits.length; row++) {
      double[] expected = new double[logits[row].length]; // (classes), log-probabilities
      for (int k = 0; k < expected.length; k++) {
        expected[k] = logits[row][k];
      }
      Softmax.logSoftmax(expected, 1);
      for (int k = 0; k < expected.length; k++) {
        double probability = Math.exp(expected[k]);
        if (!Float.isFinite(logits[row][k])
            || !(Math.abs(probabilities[row][k] - probability) <= TOLERANCE)) { // also if NaN
          return "row %d, class %d: probability %s, but softmax(logits) is %s, logit %s"
              .formatted(row, k, probabilities[row][k], probability, logits[row][k]);
        }
      }
    }
    return null;
  }

  private boolean add(String name, @Nullable String problem, String found) {
    checks.add(problem == null ? Check.passed(name, found) : Check.failed(name, problem));
    return problem == null;
  }
}
