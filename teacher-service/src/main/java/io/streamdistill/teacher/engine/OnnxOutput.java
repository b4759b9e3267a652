package io.streamdistill.teacher.engine;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/**
 * The output of a model that is read.
 *
 * @param kind what it holds; {@code AUTO} while only a probe run can tell
 */
record OnnxOutput(String name, OutputKind kind) {

  private static final String LOGITS = "logits";
  private static final String PROBABILITIES = "probabilities";

  /**
   * Chooses the output: {@code logits}, else {@code probabilities}, else the only one.
   *
   * @throws TeacherException when there is no such output, or it has another number of classes
   */
  static OnnxOutput of(
      String model, Map<String, NodeInfo> outputs, OutputKind configured, int classes) {
    String preferred = configured == OutputKind.PROBABILITIES ? PROBABILITIES : LOGITS;
    String name;
    if (outputs.containsKey(preferred)) {
      name = preferred;
    } else if (configured == OutputKind.AUTO && outputs.containsKey(PROBABILITIES)) {
      name = PROBABILITIES;
    } else if (outputs.size() == 1) {
      name = outputs.keySet().iterator().next();
    } else {
      throw new TeacherException(
          "%s has outputs %s; name the one to read '%s' or '%s'"
              .formatted(model, outputs.keySet(), LOGITS, PROBABILITIES));
    }
    NodeInfo node = Objects.requireNonNull(outputs.get(name));
    if (!(node.getInfo() instanceof TensorInfo tensor) || tensor.type != OnnxJavaType.FLOAT) {
      throw new TeacherException(
          "%s: output '%s' is no float32 tensor; export the model with one (scikit-learn: zipmap off)"
              .formatted(model, name));
    }
    long[] shape = tensor.getShape(); // (N, classes)
    if (shape.length != 2 || (shape[1] != -1 && shape[1] != classes)) {
      throw new TeacherException(
          "%s: output '%s' has shape %s, %d classes need (N, %d); correct the list of classes or the"
                  .formatted(
                      model, name, Arrays.toString(shape).replace("-1", "any"), classes, classes)
              + " model");
    }
    OutputKind kind = configured;
    if (kind == OutputKind.AUTO) {
      kind =
          switch (name) {
            case LOGITS -> OutputKind.LOGITS;
            case PROBABILITIES -> OutputKind.PROBABILITIES;
            default -> OutputKind.AUTO;
          };
    }
    return new OnnxOutput(name, kind);
  }
}
