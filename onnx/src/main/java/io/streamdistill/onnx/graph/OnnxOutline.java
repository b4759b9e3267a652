package io.streamdistill.onnx.graph;

import io.streamdistill.onnx.graph.Fields.Dimension;
import io.streamdistill.onnx.graph.Fields.Graph;
import io.streamdistill.onnx.graph.Fields.Model;
import io.streamdistill.onnx.graph.Fields.Property;
import io.streamdistill.onnx.graph.Fields.Shape;
import io.streamdistill.onnx.graph.Fields.Tensor;
import io.streamdistill.onnx.graph.Fields.TensorType;
import io.streamdistill.onnx.graph.Fields.Value;
import io.streamdistill.onnx.graph.Fields.ValueType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What an ONNX file holds, whoever wrote it.
 *
 * @param constants of its graph
 * @param outputs of its graph
 */
public record OnnxOutline(List<Constant> constants, List<Output> outputs) {

  /** Copies. */
  public OnnxOutline {
    constants = List.copyOf(constants);
    outputs = List.copyOf(outputs);
  }

  /**
   * A constant tensor.
   *
   * @param type its number in onnx.proto
   * @param files beside the model that hold its elements
   */
  public record Constant(long type, List<Long> shape, List<String> files) {

    private static Constant of(Proto tensor) {
      return new Constant(
          number(tensor, Tensor.TYPE),
          tensor.numbers(Tensor.SIZES),
          tensor.messages(Tensor.EXTERNAL).stream()
              .filter(entry -> entry.text(Property.KEY).equals("location"))
              .map(entry -> entry.text(Property.VALUE))
              .toList());
    }
  }

  /**
   * An output.
   *
   * @param type number of its elements' type in onnx.proto
   * @param shape with the batch; 0 where a size is not fixed
   */
  public record Output(long type, List<Long> shape) {

    private static Output of(Proto value) {
      Proto tensor = one(one(value, Value.TYPE), ValueType.TENSOR);
      return new Output(
          number(tensor, TensorType.ELEMENT),
          one(tensor, TensorType.SHAPE).messages(Shape.DIMENSION).stream()
              .map(dimension -> number(dimension, Dimension.SIZE))
              .toList());
    }
  }

  /**
   * Reads a file.
   *
   * @throws IOException when it cannot be read, or is no ONNX file
   */
  public static OnnxOutline read(Path model) throws IOException {
    try {
      Proto graph = one(Proto.parse(ByteBuffer.wrap(Files.readAllBytes(model))), Model.GRAPH);
      return new OnnxOutline(
          graph.messages(Graph.INITIALIZER).stream().map(Constant::of).toList(),
          graph.messages(Graph.OUTPUT).stream().map(Output::of).toList());
    } catch (OnnxExportException e) {
      throw new IOException("%s is no ONNX file: %s".formatted(model, e.getMessage()), e);
    }
  }

  /** The message of a field; an empty one when it is not there. */
  private static Proto one(Proto message, int field) {
    return message.messages(field).stream().reduce((first, last) -> last).orElseGet(Proto::new);
  }

  /** The integer of a field; 0 when it is not there. */
  private static long number(Proto message, int field) {
    return message.numbers(field).stream().reduce((first, last) -> last).orElse(0L);
  }
}
