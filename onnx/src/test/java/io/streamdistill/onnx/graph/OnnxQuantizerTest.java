package io.streamdistill.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Weights are whole numbers of which every output has 63, and inputs whole numbers over a range of
 * 255, so that quantization has nothing to round: products must come out as they are.
 */
final class OnnxQuantizerTest {

  private static final int INPUTS = 2 * 5 * 4;
  private static final int LOWEST = -100; // so that zero is not 0 when quantized
  private static final int LARGEST = 63;

  private final Random random = new Random(11);

  private float[] weights(int outputs, int perOutput, boolean outputsFirst) {
    float[] weights = new float[outputs * perOutput];
    for (int output = 0; output < outputs; output++) {
      for (int i = 0; i < perOutput; i++) {
        int value = i == 0 ? LARGEST : random.nextInt(-LARGEST, LARGEST + 1);
        weights[outputsFirst ? output * perOutput + i : i * outputs + output] = value;
      }
    }
    return weights;
  }

  private float[][] inputs(int records) {
    float[][] inputs = new float[records][INPUTS];
    for (float[] row : inputs) {
      for (int i = 0; i < INPUTS; i++) {
        row[i] = LOWEST + random.nextInt(256);
      }
    }
    inputs[0][0] = LOWEST;
    inputs[0][1] = LOWEST + 255;
    return inputs;
  }

  private static float[][] run(byte[] model, float[][] inputs) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(model);
        OnnxTensor x = OnnxTensor.createTensor(environment, inputs);
        OrtSession.Result result = session.run(Map.of("x", x))) {
      return (float[][]) result.get(0).getValue();
    }
  }

  private static Proto graph(byte[] model) {
    return Proto.parse(ByteBuffer.wrap(model)).messages(Fields.Model.GRAPH).get(0);
  }

  private static List<String> operators(byte[] model) {
    return graph(model).messages(Fields.Graph.NODE).stream()
        .map(node -> node.text(Fields.Node.OPERATOR))
        .toList();
  }

  private void assertSameAnswers(byte[] model) throws Exception {
    float[][] inputs = inputs(17);
    byte[] quantized = OnnxQuantizer.quantize(model);

    float[][] expected = run(model, inputs);
    float[][] actual = run(quantized, inputs);

    for (int row = 0; row < expected.length; row++) {
      for (int k = 0; k < expected[row].length; k++) {
        assertThat((double) actual[row][k])
            .as("row %d, output %d", row, k)
            .isCloseTo(expected[row][k], org.assertj.core.data.Offset.offset(0.02));
      }
    }
    for (Proto constant : graph(quantized).messages(Fields.Graph.INITIALIZER)) {
      List<Long> sizes = constant.numbers(Fields.Tensor.SIZES);
      boolean weight = sizes.size() > 1 && sizes.get(0) > 1;
      assertThat(
              weight && constant.numbers(Fields.Tensor.TYPE).contains((long) OnnxType.F32.code()))
          .as("%s is still float32", constant.text(Fields.Tensor.NAME))
          .isFalse();
    }
  }

  @Test
  void multipliesMatricesAsIntegers() throws Exception {
    OnnxGraph graph = new OnnxGraph("dense");
    String x = graph.input("x", OnnxType.F32, INPUTS);
    String w = graph.f32("w", weights(7, INPUTS, false), INPUTS, 7);
    String b = graph.f32("b", new float[] {1.5f, -2, 3, 0, 0.25f, 6, -7}, 7);
    graph.output(graph.node("Gemm", "y", List.of(x, w, b)), OnnxType.F32, 7);
    byte[] model = graph.build();

    assertSameAnswers(model);
    assertThat(operators(OnnxQuantizer.quantize(model)))
        .containsExactly("DynamicQuantizeLinear", "MatMulInteger", "Cast", "Mul", "Mul", "Add");
  }

  @Test
  void quantizesAnInputOnceForAllThatTakeIt() throws Exception {
    OnnxGraph graph = new OnnxGraph("without bias");
    String x = graph.input("x", OnnxType.F32, INPUTS);
    String left =
        graph.node(
            "MatMul", "l", List.of(x, graph.f32("wl", weights(3, INPUTS, false), INPUTS, 3)));
    String right =
        graph.node(
            "MatMul", "r", List.of(x, graph.f32("wr", weights(3, INPUTS, false), INPUTS, 3)));
    graph.output(graph.node("Sub", "y", List.of(left, right)), OnnxType.F32, 3);
    byte[] model = graph.build();

    assertSameAnswers(model);
    assertThat(operators(OnnxQuantizer.quantize(model))).containsOnlyOnce("DynamicQuantizeLinear");
  }

  @Test
  void convolvesIntegersPaddedWithTheirZero() throws Exception {
    OnnxGraph graph = new OnnxGraph("convolution");
    String x = graph.input("x", OnnxType.F32, INPUTS);
    String image = graph.node("Reshape", "image", List.of(x, graph.i64("shape", 0, 2, 5, 4)));
    String w = graph.f32("w", weights(3, 2 * 3 * 2, true), 3, 2, 3, 2);
    String b = graph.f32("b", new float[] {1, -0.5f, 2}, 3);
    graph.node(
        "Conv",
        "z",
        List.of(image, w, b),
        OnnxAttribute.integers("kernel_shape", 3, 2),
        OnnxAttribute.integers("strides", 2, 1),
        OnnxAttribute.integers("pads", 1, 1, 2, 0));
    graph.output(graph.node("Flatten", "y", "z"), OnnxType.F32, 3 * 3 * 4);

    assertSameAnswers(graph.build());
  }

  @Test
  void anOutputOfZerosStaysZero() throws Exception {
    OnnxGraph graph = new OnnxGraph("zeros");
    String x = graph.input("x", OnnxType.F32, INPUTS);
    String w = graph.f32("w", new float[INPUTS * 2], INPUTS, 2);
    graph.output(graph.node("MatMul", "y", List.of(x, w)), OnnxType.F32, 2);

    float[][] answers = run(OnnxQuantizer.quantize(graph.build()), inputs(3));

    assertThat(answers).isDeepEqualTo(new float[3][2]);
  }

  @Test
  void saysWhatIsNoModel() {
    assertThatThrownBy(() -> OnnxQuantizer.quantize(new byte[] {1, 2, 3}))
        .isInstanceOf(OnnxExportException.class)
        .hasMessageContaining("no ONNX file");
  }
}
