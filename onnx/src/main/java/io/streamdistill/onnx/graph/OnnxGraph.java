package io.streamdistill.onnx.graph;

import io.streamdistill.onnx.graph.Fields.Dimension;
import io.streamdistill.onnx.graph.Fields.Graph;
import io.streamdistill.onnx.graph.Fields.Model;
import io.streamdistill.onnx.graph.Fields.Node;
import io.streamdistill.onnx.graph.Fields.OperatorSet;
import io.streamdistill.onnx.graph.Fields.Property;
import io.streamdistill.onnx.graph.Fields.Shape;
import io.streamdistill.onnx.graph.Fields.Tensor;
import io.streamdistill.onnx.graph.Fields.TensorType;
import io.streamdistill.onnx.graph.Fields.Value;
import io.streamdistill.onnx.graph.Fields.ValueType;
import io.streamdistill.records.target.Float16;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Builds an ONNX model in the order in which data flows: inputs, constants and nodes, outputs.
 *
 * <p>Every value has a unique name and is produced before it is used. The first dimension of every
 * input and output is the batch, symbolic and named {@value #BATCH}. The same calls give the same
 * bytes.
 */
public final class OnnxGraph {

  /** Name of the batch dimension. */
  public static final String BATCH = "N";

  /** Version of the ONNX operator set, 13: read by every ONNX Runtime since 1.8 (2021). */
  public static final int OPSET = 13;

  private static final int IR_VERSION = 8;
  private static final String PRODUCER = "streamdistill";

  private final Proto graph;
  private final Map<String, Proto> described = new HashMap<>(); // inputs and outputs
  private final Set<String> values = new HashSet<>();
  private final Map<String, String> metadata = new TreeMap<>();

  public OnnxGraph(String name) {
    graph = new Proto().text(Graph.NAME, name);
  }

  /**
   * Declares an input of the graph.
   *
   * @param shape without the batch dimension
   * @return {@code name}, to pass on to a node
   */
  public String input(String name, OnnxType type, long... shape) {
    graph.message(Graph.INPUT, value(define(name), type, shape));
    return name;
  }

  /**
   * Declares an output of the graph; a node must have produced it.
   *
   * @param shape without the batch dimension
   */
  public void output(String name, OnnxType type, long... shape) {
    graph.message(Graph.OUTPUT, value(produced(name, "output"), type, shape));
  }

  /** Adds a constant tensor, row-major, and returns its name; no shape means a scalar. */
  public String f32(String name, float[] elements, long... shape) {
    requireElements(name, elements.length, shape);
    ByteBuffer raw = littleEndian(4L * elements.length);
    raw.asFloatBuffer().put(elements);
    return constant(define(name), OnnxType.F32, raw, shape);
  }

  /**
   * Adds a constant tensor that is stored as float16, at half the size, and read as float32: ONNX
   * Runtime folds the cast when it loads the model. Returns the name of the float32 tensor.
   */
  public String f16(String name, float[] elements, long... shape) {
    requireElements(name, elements.length, shape);
    ByteBuffer raw = littleEndian(2L * elements.length);
    for (float element : elements) {
      if (!(Math.abs(element) <= Float16.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "%s holds %s, which float16 cannot represent; store it as float32"
                .formatted(name, element));
      }
      raw.putShort(Float16.fromFloat(element));
    }
    String stored = constant(define(name + ".f16"), OnnxType.F16, raw.rewind(), shape);
    return cast(name, stored, OnnxType.F32);
  }

  /** Adds a constant vector of integers, such as a shape, and returns its name. */
  public String i64(String name, long... elements) {
    ByteBuffer raw = littleEndian(8L * elements.length);
    raw.asLongBuffer().put(elements);
    return constant(define(name), OnnxType.I64, raw, elements.length);
  }

  /** Adds a node with one output and returns the name of that output. */
  public String node(
      String operator, String output, List<String> inputs, OnnxAttribute... attributes) {
    return node(operator, output, inputs, List.of(attributes));
  }

  /** Adds a node with one output and returns the name of that output. */
  public String node(
      String operator, String output, List<String> inputs, List<OnnxAttribute> attributes) {
    Proto node = new Proto().text(Node.OPERATOR, operator).text(Node.NAME, output);
    inputs.forEach(input -> node.text(Node.INPUT, produced(input, output)));
    attributes.forEach(attribute -> node.message(Node.ATTRIBUTE, attribute.proto()));
    graph.message(Graph.NODE, node.text(Node.OUTPUT, define(output)));
    return output;
  }

  /** Adds a node with one input and one output and returns the name of that output. */
  public String node(String operator, String output, String input, OnnxAttribute... attributes) {
    return node(operator, output, List.of(input), attributes);
  }

  /** Converts {@code input} to {@code type} and returns {@code output}. */
  public String cast(String output, String input, OnnxType type) {
    return node("Cast", output, input, OnnxAttribute.integer("to", type.code()));
  }

  /** Sets an entry of the model's metadata; written in the order of the keys. */
  public OnnxGraph metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /** Says in words what an input or an output is, for those who look into the file. */
  public OnnxGraph describe(String name, String text) {
    Proto value = described.get(name);
    if (value != null) {
      value.clear(Value.DESCRIPTION).text(Value.DESCRIPTION, text);
    }
    return this;
  }

  /** Returns the model as the bytes of an {@code .onnx} file. */
  public byte[] build() {
    Proto model =
        new Proto()
            .number(Model.IR_VERSION, IR_VERSION)
            .text(Model.PRODUCER_NAME, PRODUCER)
            .text(Model.PRODUCER_VERSION, producerVersion())
            .message(Model.OPERATOR_SET, new Proto().number(OperatorSet.VERSION, OPSET))
            .message(Model.GRAPH, graph);
    metadata.forEach(
        (key, value) ->
            model.message(
                Model.METADATA, new Proto().text(Property.KEY, key).text(Property.VALUE, value)));
    return model.toByteArray();
  }

  private String define(String name) {
    if (!values.add(name)) {
      throw new IllegalArgumentException("value " + name + " is defined twice");
    }
    return name;
  }

  private String produced(String name, String consumer) {
    if (!values.contains(name)) {
      throw new IllegalArgumentException(
          "%s uses %s, which nothing before it produces".formatted(consumer, name));
    }
    return name;
  }

  private String constant(String name, OnnxType type, ByteBuffer raw, long... shape) {
    graph.message(
        Graph.INITIALIZER,
        new Proto()
            .packed(Tensor.SIZES, shape)
            .number(Tensor.TYPE, type.code())
            .text(Tensor.NAME, name)
            .bytes(Tensor.RAW, raw));
    return name;
  }

  private Proto value(String name, OnnxType type, long... sizes) {
    Proto shape = new Proto().message(Shape.DIMENSION, new Proto().text(Dimension.NAME, BATCH));
    for (long size : sizes) {
      shape.message(Shape.DIMENSION, new Proto().choice(Dimension.SIZE, size));
    }
    Proto tensor =
        new Proto().number(TensorType.ELEMENT, type.code()).message(TensorType.SHAPE, shape);
    Proto value =
        new Proto()
            .text(Value.NAME, name)
            .message(Value.TYPE, new Proto().message(ValueType.TENSOR, tensor));
    described.put(name, value);
    return value;
  }

  private static void requireElements(String name, long elements, long... shape) {
    long expected = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (elements != expected) {
      throw new IllegalArgumentException(
          "%s has %d elements, but its shape %s needs %d"
              .formatted(name, elements, Arrays.toString(shape), expected));
    }
  }

  private static ByteBuffer littleEndian(long bytes) {
    return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String producerVersion() {
    String version = OnnxGraph.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
