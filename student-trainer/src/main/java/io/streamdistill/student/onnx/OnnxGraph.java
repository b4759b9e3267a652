package io.streamdistill.student.onnx;

import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TensorShapeProto.Dimension;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.shade.protobuf.ByteString;

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
  private static final float LARGEST_F16 = 65504f;

  private final GraphProto.Builder graph;
  private final Set<String> values = new HashSet<>();
  private final Map<String, String> metadata = new TreeMap<>();

  public OnnxGraph(String name) {
    graph = GraphProto.newBuilder().setName(name);
  }

  /**
   * Declares an input of the graph.
   *
   * @param shape without the batch dimension
   * @return {@code name}, to pass on to a node
   */
  public String input(String name, OnnxType type, long... shape) {
    graph.addInput(value(define(name), type, shape));
    return name;
  }

  /**
   * Declares an output of the graph; a node must have produced it.
   *
   * @param shape without the batch dimension
   */
  public void output(String name, OnnxType type, long... shape) {
    graph.addOutput(value(produced(name, "output"), type, shape));
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
      if (!(Math.abs(element) <= LARGEST_F16)) {
        throw new IllegalArgumentException(
            "%s holds %s, which float16 cannot represent; store it as float32"
                .formatted(name, element));
      }
      raw.putShort(Fp16Conversions.floatToFp16(element));
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
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(operator).setName(output);
    inputs.forEach(input -> node.addInput(produced(input, output)));
    attributes.forEach(attribute -> node.addAttribute(attribute.proto()));
    graph.addNode(node.addOutput(define(output)));
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
    graph.getInputBuilderList().stream()
        .filter(input -> input.getName().equals(name))
        .forEach(input -> input.setDocString(text));
    graph.getOutputBuilderList().stream()
        .filter(output -> output.getName().equals(name))
        .forEach(output -> output.setDocString(text));
    return this;
  }

  /** Returns the model as the bytes of an {@code .onnx} file. */
  public byte[] build() {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName(PRODUCER)
            .setProducerVersion(producerVersion())
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
            .setGraph(graph);
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.build().toByteArray();
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
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.code())
            .setRawData(ByteString.copyFrom(raw));
    for (long size : shape) {
      tensor.addDims(size);
    }
    graph.addInitializer(tensor);
    return name;
  }

  private static ValueInfoProto value(String name, OnnxType type, long... shape) {
    TensorShapeProto.Builder dimensions =
        TensorShapeProto.newBuilder().addDim(Dimension.newBuilder().setDimParam(BATCH));
    for (long size : shape) {
      dimensions.addDim(Dimension.newBuilder().setDimValue(size));
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(type.code()).setShape(dimensions).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
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
