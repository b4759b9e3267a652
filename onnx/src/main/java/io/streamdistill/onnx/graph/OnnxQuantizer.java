package io.streamdistill.onnx.graph;

import io.streamdistill.onnx.graph.Fields.Graph;
import io.streamdistill.onnx.graph.Fields.Model;
import io.streamdistill.onnx.graph.Fields.Node;
import io.streamdistill.onnx.graph.Fields.Property;
import io.streamdistill.onnx.graph.Fields.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a model with int8 weights of one with float32 weights, a quarter of the size.
 *
 * <p>Dynamic post-training quantization, which needs no data: every product of {@code Gemm}, {@code
 * MatMul} and {@code Conv} is one of integers. Weights are symmetric, with a scale of its own for
 * every output; what goes into a layer is quantized to uint8 batch by batch, over its range there,
 * by {@code DynamicQuantizeLinear}. So an answer depends a little on the rest of its batch. Biases
 * and everything else stay float32, inputs and outputs stay as they are.
 *
 * <p>Weights use 7 bits, [-63, 63]: on processors without VNNI the products of a uint8 and an int8
 * of 8 bits overflow when two of them are added (ONNX Runtime's documentation, "Quantize ONNX
 * models", under {@code reduce_range}).
 */
public final class OnnxQuantizer {

  /** Metadata key of what was done. */
  public static final String QUANTIZATION_KEY = "distill.quantization";

  private static final String DYNAMIC_INT8 = "dynamic int8, 7-bit weights by output";
  private static final int LARGEST = 63;

  private final Proto graph;
  private final Map<String, Proto> constants = new HashMap<>();
  private final Set<String> quantizedInputs = new HashSet<>();
  private final List<Proto> nodes = new ArrayList<>();

  private OnnxQuantizer(Proto graph) {
    this.graph = graph;
    graph
        .messages(Graph.INITIALIZER)
        .forEach(constant -> constants.put(constant.text(Tensor.NAME), constant));
  }

  /**
   * Quantizes.
   *
   * @param model the bytes of an {@code .onnx} file of a student
   * @return the bytes of another
   * @throws OnnxExportException if {@code model} is none of its files
   */
  public static byte[] quantize(byte[] model) {
    Proto quantized;
    Proto graph;
    try {
      quantized = Proto.parse(ByteBuffer.wrap(model));
      graph = quantized.messages(Model.GRAPH).stream().findFirst().orElseGet(Proto::new);
    } catch (OnnxExportException e) {
      throw new OnnxExportException("The model to be quantized is no ONNX file", e);
    }
    new OnnxQuantizer(graph).run();
    return quantized
        .clear(Model.GRAPH)
        .message(Model.GRAPH, graph)
        .message(
            Model.METADATA,
            new Proto().text(Property.KEY, QUANTIZATION_KEY).text(Property.VALUE, DYNAMIC_INT8))
        .toByteArray();
  }

  private void run() {
    for (Proto node : graph.messages(Graph.NODE)) {
      switch (node.text(Node.OPERATOR)) {
        case "Gemm", "MatMul" -> product(node, "MatMulInteger");
        case "Conv" -> product(node, "ConvInteger");
        default -> nodes.add(node);
      }
    }
    graph.clear(Graph.NODE);
    nodes.forEach(node -> graph.message(Graph.NODE, node));
    Set<String> used = new HashSet<>();
    nodes.forEach(node -> used.addAll(node.texts(Node.INPUT)));
    List<Proto> all = graph.messages(Graph.INITIALIZER);
    graph.clear(Graph.INITIALIZER);
    all.stream()
        .filter(constant -> used.contains(constant.text(Tensor.NAME)))
        .forEach(constant -> graph.message(Graph.INITIALIZER, constant));
  }

  /** y = x W + b as (xq - zero) Wq * (scale of x * scale of W) + b. */
  private void product(Proto node, String operator) {
    String y = node.text(Node.OUTPUT);
    List<String> inputs = node.texts(Node.INPUT);
    Proto weight = constants.get(inputs.get(1));
    boolean convolution = operator.equals("ConvInteger");
    if (weight == null || (!convolution && node.count(Node.ATTRIBUTE) > 0)) {
      throw new OnnxExportException(
          "%s (%s) cannot be quantized: it has no constant weights, or attributes of its own"
              .formatted(y, node.text(Node.OPERATOR)));
    }
    String x = quantizedInput(inputs.get(0));
    List<Long> sizes = weight.numbers(Tensor.SIZES);
    long[] scaleShape =
        convolution ? new long[] {1, sizes.get(0), 1, 1} : new long[] {sizes.get(1)};
    String w = weight.text(Tensor.NAME);
    float[] scales = quantizedWeight(weight, convolution);
    constant(w + ".scale", scales, scaleShape);
    add(
        operator,
        y + ".i32",
        List.of(x + ".u8", w + ".i8", x + ".zero"),
        node.messages(Node.ATTRIBUTE));
    add(
        "Cast",
        y + ".unscaled",
        List.of(y + ".i32"),
        List.of(OnnxAttribute.integer("to", OnnxType.F32.code()).proto()));
    add("Mul", y + ".scale", List.of(x + ".scale", w + ".scale"), List.of());
    boolean bias = inputs.size() > 2;
    add("Mul", bias ? y + ".product" : y, List.of(y + ".unscaled", y + ".scale"), List.of());
    if (bias) {
      add("Add", y, List.of(y + ".product", bias(inputs.get(2), convolution)), List.of());
    }
  }

  private String quantizedInput(String x) {
    if (quantizedInputs.add(x)) {
      Proto quantize =
          new Proto().text(Node.OPERATOR, "DynamicQuantizeLinear").text(Node.NAME, x + ".u8");
      quantize.text(Node.INPUT, x);
      List.of(x + ".u8", x + ".scale", x + ".zero")
          .forEach(output -> quantize.text(Node.OUTPUT, output));
      nodes.add(quantize);
    }
    return x;
  }

  /** Adds the int8 weight, (in, out) or (out, in, height, width), and returns its scales, (out). */
  private float[] quantizedWeight(Proto weight, boolean convolution) {
    FloatBuffer elements = weight.bytes(Tensor.RAW).asFloatBuffer();
    List<Long> sizes = weight.numbers(Tensor.SIZES);
    int count = elements.remaining();
    int outputs = Math.toIntExact(sizes.get(convolution ? 0 : 1));
    int perOutput = count / outputs;
    float[] scales = new float[outputs];
    for (int i = 0; i < count; i++) {
      int output = convolution ? i / perOutput : i % outputs;
      scales[output] = Math.max(scales[output], Math.abs(elements.get(i)) / LARGEST);
    }
    byte[] quantized = new byte[count];
    for (int i = 0; i < count; i++) {
      float scale = scales[convolution ? i / perOutput : i % outputs];
      quantized[i] = scale == 0 ? 0 : (byte) Math.round(elements.get(i) / scale);
    }
    graph.message(
        Graph.INITIALIZER,
        tensor(weight.text(Tensor.NAME) + ".i8", OnnxType.I8, ByteBuffer.wrap(quantized), sizes));
    return scales;
  }

  /** The bias in a shape that adds to every pixel: (1, out, 1, 1). */
  private String bias(String name, boolean convolution) {
    Proto bias = constants.get(name);
    if (!convolution || bias == null) {
      return name;
    }
    String reshaped = name + ".image";
    graph.message(
        Graph.INITIALIZER,
        bias.copy()
            .clear(Tensor.NAME)
            .text(Tensor.NAME, reshaped)
            .clear(Tensor.SIZES)
            .packed(Tensor.SIZES, 1, bias.numbers(Tensor.SIZES).get(0), 1, 1));
    return reshaped;
  }

  private void constant(String name, float[] elements, long... shape) {
    ByteBuffer raw = ByteBuffer.allocate(4 * elements.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(elements);
    graph.message(
        Graph.INITIALIZER, tensor(name, OnnxType.F32, raw, Arrays.stream(shape).boxed().toList()));
  }

  private static Proto tensor(String name, OnnxType type, ByteBuffer raw, List<Long> sizes) {
    return new Proto()
        .packed(Tensor.SIZES, sizes.stream().mapToLong(Long::longValue).toArray())
        .number(Tensor.TYPE, type.code())
        .text(Tensor.NAME, name)
        .bytes(Tensor.RAW, raw);
  }

  private void add(String operator, String output, List<String> inputs, List<Proto> attributes) {
    Proto node = new Proto().text(Node.OPERATOR, operator).text(Node.NAME, output);
    inputs.forEach(input -> node.text(Node.INPUT, input));
    attributes.forEach(attribute -> node.message(Node.ATTRIBUTE, attribute));
    nodes.add(node.text(Node.OUTPUT, output));
  }
}
