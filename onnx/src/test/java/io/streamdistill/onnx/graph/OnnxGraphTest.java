package io.streamdistill.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OnnxGraphTest {

  private static final float[] WEIGHT = {1f, -2f, 0.5f, 3f, 0.25f, -1f}; // (3, 2)
  private static final float[] BIAS = {10f, 20f}; // (2)

  @Test
  void runsInOnnxRuntimeAtAnyBatchSize() throws OrtException {
    // Given
    OnnxGraph graph = new OnnxGraph("affine");
    String x = graph.input("x", OnnxType.F32, 3);
    String w = graph.f32("w", WEIGHT, 3, 2);
    String b = graph.f32("b", BIAS, 2);
    String y = graph.node("Gemm", "y", List.of(x, w, b), OnnxAttribute.real("alpha", 2));
    graph.output(y, OnnxType.F32, 2);

    // When
    float[][] one = run(graph.build(), new float[][] {{1f, 1f, 1f}});
    float[][] three = run(graph.build(), new float[3][3]);

    // Then
    assertThat(one).isDeepEqualTo(new float[][] {{13.5f, 20f}});
    assertThat(three).isDeepEqualTo(new float[][] {{10f, 20f}, {10f, 20f}, {10f, 20f}});
  }

  @Test
  void storesHalfTheBytesForFloat16AndComputesInFloat32() throws OrtException {
    // Given
    float[] large = new float[3 * 1000];
    Arrays.fill(large, 0.1f);

    // When
    byte[] single = affine(large, false);
    byte[] half = affine(large, true);

    // Then
    assertThat(half.length).isBetween(6000, 6400);
    assertThat(single.length).isBetween(12000, 12400);
    float nearest = 0x1.998p-4f; // to 0.1 in float16
    assertThat(run(half, new float[][] {{1f, 1f, 1f}})[0]).containsOnly(3 * nearest);
  }

  @Test
  void rejectsWeightsThatFloat16CannotHold() {
    OnnxGraph graph = new OnnxGraph("g");

    assertThatThrownBy(() -> graph.f16("w", new float[] {1f, 7e4f}, 2))
        .hasMessage("w holds 70000.0, which float16 cannot represent; store it as float32");
    assertThatThrownBy(() -> graph.f16("v", new float[] {Float.NaN}, 1))
        .hasMessageContaining("v holds NaN");
  }

  @Test
  void carriesMetadataInKeyOrderAndTheSameBytesEveryTime() throws OrtException {
    // Given
    byte[] model = withMetadata();

    // When
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(model)) {
      // Then
      assertThat(session.getMetadata().getProducerName()).isEqualTo("streamdistill");
      assertThat(session.getMetadata().getCustomMetadata())
          .isEqualTo(Map.of("b", "2", "a", "\u00fcber"));
    }
    assertThat(withMetadata()).isEqualTo(model);
  }

  @Test
  void refusesAGraphThatCannotRun() {
    OnnxGraph graph = new OnnxGraph("g");
    graph.input("x", OnnxType.F32, 3);

    assertThatThrownBy(() -> graph.input("x", OnnxType.F32, 3))
        .hasMessage("value x is defined twice");
    assertThatThrownBy(() -> graph.node("Relu", "y", "z"))
        .hasMessage("y uses z, which nothing before it produces");
    assertThatThrownBy(() -> graph.output("y", OnnxType.F32, 3))
        .hasMessage("output uses y, which nothing before it produces");
    assertThatThrownBy(() -> graph.f32("w", new float[5], 3, 2))
        .hasMessage("w has 5 elements, but its shape [3, 2] needs 6");
  }

  private static byte[] affine(float[] weight, boolean half) {
    OnnxGraph graph = new OnnxGraph("affine");
    String x = graph.input("x", OnnxType.F32, 3);
    String w = half ? graph.f16("w", weight, 3, 1000) : graph.f32("w", weight, 3, 1000);
    graph.output(graph.node("MatMul", "y", List.of(x, w)), OnnxType.F32, 1000);
    return graph.build();
  }

  private static byte[] withMetadata() {
    OnnxGraph graph = new OnnxGraph("g").metadata("b", "2").metadata("a", "\u00fcber");
    graph.output(graph.node("Relu", "y", graph.input("x", OnnxType.F32, 3)), OnnxType.F32, 3);
    return graph.build();
  }

  private static float[][] run(byte[] model, float[][] x) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(model);
        OnnxTensor input = OnnxTensor.createTensor(environment, x);
        OrtSession.Result result = session.run(Map.of("x", input))) {
      return (float[][]) result.get(0).getValue();
    }
  }
}
