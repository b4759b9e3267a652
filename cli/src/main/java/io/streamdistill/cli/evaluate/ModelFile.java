package io.streamdistill.cli.evaluate;

import io.streamdistill.onnx.graph.OnnxOutline;
import io.streamdistill.onnx.graph.OnnxOutline.Constant;
import io.streamdistill.onnx.graph.OnnxType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** What an ONNX model weighs, by its file alone. */
record ModelFile(long parameters, long bytes) {

  /** Reads the file; see {@link Evaluation} for what is counted. */
  static ModelFile read(Path model) throws IOException {
    List<Constant> constants = OnnxOutline.read(model).constants();
    long parameters =
        constants.stream()
            .filter(constant -> !constant.shape().isEmpty() && !isIndex(constant))
            .mapToLong(constant -> constant.shape().stream().reduce(1L, Math::multiplyExact))
            .sum();
    long bytes = Files.size(model);
    for (String location : files(constants)) {
      bytes += Files.size(model.resolveSibling(location));
    }
    return new ModelFile(parameters, bytes);
  }

  /** How many classes the output has that a classifier would be read by, where the file says it. */
  static OptionalInt classes(Path model) throws IOException {
    return OnnxOutline.read(model).outputs().stream()
        .filter(output -> output.type() != OnnxType.I64.code()) // a label
        .map(OnnxOutline.Output::shape)
        .filter(shape -> shape.size() >= 2 && shape.get(1) >= 2)
        .mapToInt(shape -> Math.toIntExact(shape.get(1)))
        .findFirst();
  }

  /** Files beside the model that hold weights. */
  private static Set<String> files(List<Constant> constants) {
    return constants.stream()
        .flatMap(constant -> constant.files().stream())
        .collect(Collectors.toSet());
  }

  /** Shapes, axes and the like are integers; weights are floats, or bytes when quantised. */
  private static boolean isIndex(Constant constant) {
    return constant.type() == OnnxType.I64.code() || constant.type() == OnnxType.I32.code();
  }
}
