package io.streamdistill.teacher.onnx;

import ai.onnxruntime.MapInfo;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import io.streamdistill.teacher.engine.TeacherException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Which output of a model is read, by name and by what the model declares. */
final class OutputChoice {

  private static final String LOGITS = "logits";
  private static final String PROBABILITIES = "probabilities";
  private static final Set<OnnxJavaType> READABLE =
      Set.of(OnnxJavaType.FLOAT, OnnxJavaType.DOUBLE, OnnxJavaType.FLOAT16, OnnxJavaType.BFLOAT16);

  private OutputChoice() {}

  /**
   * Chooses the output: the one that is configured, else {@code logits} or {@code probabilities} by
   * name, else the only one that can hold a number per class.
   *
   * @param configured name; empty for none
   * @throws TeacherException when there is no such output, or more than one
   */
  static String of(
      String model,
      Map<String, NodeInfo> outputs,
      String configured,
      OutputKind kind,
      int classes) {
    if (!configured.isEmpty()) {
      requireReadable(model, configured, outputs);
      return configured;
    }
    List<String> readable =
        outputs.keySet().stream().filter(name -> isReadable(outputs.get(name))).toList();
    if (readable.isEmpty()) {
      throw new TeacherException(
          "%s has the outputs %s, none of which can be read; export the model with its probabilities or logits, and not only a label, as a tensor of floating-point numbers of shape (N, classes)"
              .formatted(model, described(outputs)));
    }
    List<String> fitting =
        readable.stream().filter(name -> mayFit(outputs.get(name), classes)).toList();
    String preferred = kind == OutputKind.PROBABILITIES ? PROBABILITIES : LOGITS;
    if (fitting.contains(preferred)) {
      return preferred;
    }
    if (kind == OutputKind.AUTO && fitting.contains(PROBABILITIES)) {
      return PROBABILITIES;
    }
    List<String> named = fitting.stream().filter(OutputChoice::saysSo).toList();
    for (List<String> choice : List.of(fitting, named)) {
      if (choice.size() == 1) {
        return choice.get(0);
      }
    }
    if (fitting.isEmpty()) {
      throw new TeacherException(
          "%s has the outputs %s, %d classes need one of shape (N, %d); correct the list of classes or the model"
              .formatted(model, described(outputs), classes, classes));
    }
    throw new TeacherException(
        "%s has the outputs %s; set the member's output-name to the one to read, one of %s"
            .formatted(model, described(outputs), fitting));
  }

  private static void requireReadable(String model, String name, Map<String, NodeInfo> outputs) {
    if (!isReadable(outputs.get(name))) {
      throw new TeacherException(
          "%s has %s; set the member's output-name to one of floating-point numbers, or leave it out"
              .formatted(
                  model,
                  outputs.containsKey(name)
                      ? "an output '%s' of another kind: %s".formatted(name, described(outputs))
                      : "no output '%s', but %s".formatted(name, described(outputs))));
    }
  }

  private static boolean saysSo(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.contains("logit") || lower.contains("prob");
  }

  private static boolean isReadable(@Nullable NodeInfo node) {
    if (node == null) {
      return false;
    }
    return node.getInfo() instanceof TensorInfo tensor
        ? READABLE.contains(tensor.type)
        : node.getInfo() instanceof SequenceInfo sequence && sequence.isSequenceOfMaps();
  }

  /** By what the model declares, which a run will tell better. */
  private static boolean mayFit(@Nullable NodeInfo node, int classes) {
    if (node == null || !(node.getInfo() instanceof TensorInfo tensor)) {
      return true;
    }
    long[] shape = tensor.getShape();
    long columns = LongStream.of(shape).skip(1).reduce(1, Math::multiplyExact);
    boolean open = shape.length == 0 || LongStream.of(shape).skip(1).anyMatch(size -> size < 0);
    return open || columns == classes || (columns == 1 && classes == 2);
  }

  private static List<String> described(Map<String, NodeInfo> outputs) {
    return outputs.entrySet().stream()
        .map(output -> output.getKey() + " " + described(output.getValue()))
        .toList();
  }

  private static String described(NodeInfo node) {
    if (node.getInfo() instanceof TensorInfo tensor) {
      return tensor.type + Arrays.toString(tensor.getShape()).replace("-1", "any");
    }
    if (node.getInfo() instanceof SequenceInfo sequence) {
      MapInfo map = sequence.mapInfo;
      return sequence.isSequenceOfMaps()
          ? "sequence of maps from " + map.keyType
          : "sequence of tensors";
    }
    return "no tensor";
  }
}
