package io.streamdistill.student.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;

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

  private final GraphProto.Builder graph;
  private final Map<String, TensorProto> constants = new HashMap<>();
  private final Set<String> quantizedInputs = new HashSet<>();
  private final List<NodeProto> nodes = new ArrayList<>();

  private OnnxQuantizer(GraphProto.Builder graph) {
    this.graph = graph;
    graph.getInitializerList().forEach(constant -> constants.put(constant.getName(), constant));
  }

  /**
   * Quantizes.
   *
   * @param model the bytes of an {@code .onnx} file that {@link OnnxExport} wrote
   * @return the bytes of another
   * @throws OnnxExportException if {@code model} is none of its files
   */
  public static byte[] quantize(byte[] model) {
    ModelProto.Builder quantized;
    try {
      quantized = ModelProto.parseFrom(model).toBuilder();
    } catch (InvalidProtocolBufferException e) {
      throw new OnnxExportException("The model to be quantized is no ONNX file", e);
    }
    new OnnxQuantizer(quantized.getGraphBuilder()).run();
    return quantized
        .addMetadataProps(
            StringStringEntryProto.newBuilder().setKey(QUANTIZATION_KEY).setValue(DYNAMIC_INT8))
        .build()
        .toByteArray();
  }

  private void run() {
    for (NodeProto node : graph.getNodeList()) {
      switch (node.getOpType()) {
        case "Gemm", "MatMul" -> product(node, "MatMulInteger");
        case "Conv" -> product(node, "ConvInteger");
        default -> nodes.add(node);
      }
    }
    graph.clearNode().addAllNode(nodes);
    Set<String> used = new HashSet<>();
    nodes.forEach(node -> used.addAll(node.getInputList()));
    List<TensorProto> kept =
        graph.getInitializerList().stream().filter(c -> used.contains(c.getName())).toList();
    graph.clearInitializer().addAllInitializer(kept);
  }

  /** y = x W + b as (xq - zero) Wq * (scale of x * scale of W) + b. */
  private void product(NodeProto node, String operator) {
    String y = node.getOutput(0);
    TensorProto weight = constants.get(node.getInput(1));
    boolean convolution = operator.equals("ConvInteger");
    if (weight == null || (!convolution && node.getAttributeCount() > 0)) {
      throw new OnnxExportException(
          "%s (%s) cannot be quantized: it has no constant weights, or attributes of its own"
              .formatted(y, node.getOpType()));
    }
    String x = quantizedInput(node.getInput(0));
    long[] scaleShape =
        convolution ? new long[] {1, weight.getDims(0), 1, 1} : new long[] {weight.getDims(1)};
    String w = weight.getName();
    float[] scales = quantizedWeight(weight, convolution);
    constant(w + ".scale", scales, scaleShape);
    add(operator, y + ".i32", List.of(x + ".u8", w + ".i8", x + ".zero"), node.getAttributeList());
    add(
        "Cast",
        y + ".unscaled",
        List.of(y + ".i32"),
        List.of(OnnxAttribute.integer("to", OnnxType.F32.code()).proto()));
    add("Mul", y + ".scale", List.of(x + ".scale", w + ".scale"), List.of());
    boolean bias = node.getInputCount() > 2;
    add("Mul", bias ? y + ".product" : y, List.of(y + ".unscaled", y + ".scale"), List.of());
    if (bias) {
      add("Add", y, List.of(y + ".product", bias(node.getInput(2), convolution)), List.of());
    }
  }

  private String quantizedInput(String x) {
    if (quantizedInputs.add(x)) {
      nodes.add(
          NodeProto.newBuilder()
              .setOpType("DynamicQuantizeLinear")
              .setName(x + ".u8")
              .addInput(x)
              .addAllOutput(List.of(x + ".u8", x + ".scale", x + ".zero"))
              .build());
    }
    return x;
  }

  /** Adds the int8 weight, (in, out) or (out, in, height, width), and returns its scales, (out). */
  private float[] quantizedWeight(TensorProto weight, boolean convolution) {
    FloatBuffer elements =
        weight.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    int count = elements.remaining();
    int outputs = Math.toIntExact(weight.getDims(convolution ? 0 : 1));
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
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(weight.getName() + ".i8")
            .setDataType(TensorProto.DataType.INT8.getNumber())
            .addAllDims(weight.getDimsList())
            .setRawData(ByteString.copyFrom(quantized)));
    return scales;
  }

  /** The bias in a shape that adds to every pixel: (1, out, 1, 1). */
  private String bias(String name, boolean convolution) {
    TensorProto bias = constants.get(name);
    if (!convolution || bias == null) {
      return name;
    }
    String reshaped = name + ".image";
    graph.addInitializer(
        bias.toBuilder()
            .setName(reshaped)
            .clearDims()
            .addAllDims(List.of(1L, bias.getDims(0), 1L, 1L)));
    return reshaped;
  }

  private void constant(String name, float[] elements, long... shape) {
    ByteBuffer raw = ByteBuffer.allocate(4 * elements.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(elements);
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(OnnxType.F32.code())
            .setRawData(ByteString.copyFrom(raw));
    for (long size : shape) {
      tensor.addDims(size);
    }
    graph.addInitializer(tensor);
  }

  private void add(
      String operator, String output, List<String> inputs, List<AttributeProto> attributes) {
    nodes.add(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(output)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(attributes)
            .build());
  }
}
