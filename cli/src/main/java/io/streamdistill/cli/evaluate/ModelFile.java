package io.streamdistill.cli.evaluate;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import onnx.Onnx.ModelProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.ValueInfoProto;

/** What an ONNX model weighs, by its file alone. */
record ModelFile(long parameters, long bytes) {

  /** Reads the file; see {@link Evaluation} for what is counted. */
  static ModelFile read(Path model) throws IOException {
    List<TensorProto> tensors;
    try (InputStream in = Files.newInputStream(model)) {
      tensors = ModelProto.parseFrom(in).getGraph().getInitializerList();
    }
    long parameters =
        tensors.stream()
            .filter(tensor -> tensor.getDimsCount() > 0 && !isIndex(tensor))
            .mapToLong(tensor -> tensor.getDimsList().stream().reduce(1L, Math::multiplyExact))
            .sum();
    long bytes = Files.size(model);
    for (String location : external(tensors)) {
      bytes += Files.size(model.resolveSibling(location));
    }
    return new ModelFile(parameters, bytes);
  }

  /** How many classes the output has that a classifier would be read by, where the file says it. */
  static OptionalInt classes(Path model) throws IOException {
    List<ValueInfoProto> outputs;
    try (InputStream in = Files.newInputStream(model)) {
      outputs = ModelProto.parseFrom(in).getGraph().getOutputList();
    }
    return outputs.stream()
        .map(output -> output.getType().getTensorType())
        .filter(tensor -> tensor.getElemType() != DataType.INT64.getNumber()) // a label
        .map(tensor -> tensor.getShape().getDimList())
        .filter(shape -> shape.size() >= 2 && shape.get(1).getDimValue() >= 2)
        .mapToInt(shape -> Math.toIntExact(shape.get(1).getDimValue()))
        .findFirst();
  }

  /** Files beside the model that hold weights. */
  private static Set<String> external(List<TensorProto> tensors) {
    return tensors.stream()
        .flatMap(tensor -> tensor.getExternalDataList().stream())
        .filter(entry -> entry.getKey().equals("location"))
        .map(StringStringEntryProto::getValue)
        .collect(Collectors.toSet());
  }

  /** Shapes, axes and the like are integers; weights are floats, or bytes when quantised. */
  private static boolean isIndex(TensorProto tensor) {
    int type = tensor.getDataType();
    return type == DataType.INT64.getNumber() || type == DataType.INT32.getNumber();
  }
}
