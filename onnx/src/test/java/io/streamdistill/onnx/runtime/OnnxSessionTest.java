package io.streamdistill.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.streamdistill.onnx.graph.OnnxGraph;
import io.streamdistill.onnx.graph.OnnxType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OnnxSessionTest {

  /** y = max(x, 0), of three numbers. */
  private static byte[] relu() {
    OnnxGraph graph = new OnnxGraph("g").metadata("who", "a test");
    graph.output(graph.node("Relu", "y", graph.input("x", OnnxType.F32, 3)), OnnxType.F32, 3);
    return graph.build();
  }

  private static float[][] run(OnnxSession session, float... x) throws OrtException {
    FloatBuffer floats =
        ByteBuffer.allocateDirect(Float.BYTES * x.length)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer()
            .put(x)
            .flip();
    try (OnnxTensor input = OnnxRuntime.tensor(floats, new long[] {1, x.length});
        OrtSession.Result result = session.run(Map.of("x", input), Set.of("y"))) {
      return (float[][]) result.get(0).getValue();
    }
  }

  @Test
  void runsAModelOfAFileAndOfMemory(@TempDir Path directory) throws Exception {
    Path file = Files.write(directory.resolve("relu.onnx"), relu());

    try (OnnxSession ofFile = OnnxSession.open(file, 1);
        OnnxSession ofMemory = OnnxSession.open(relu(), "relu", OnnxSession.ALL_CORES)) {
      assertThat(run(ofFile, -1, 0, 2)).isDeepEqualTo(new float[][] {{0, 0, 2}});
      assertThat(run(ofMemory, -1, 0, 2)).isDeepEqualTo(new float[][] {{0, 0, 2}});
      assertThat(ofFile.inputs()).containsOnlyKeys("x");
      assertThat(ofFile.outputs()).containsOnlyKeys("y");
      assertThat(ofFile.metadata()).containsEntry("who", "a test");
    }
  }

  @Test
  void namesTheFileThatIsNoModel(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("broken.onnx"), "no model");

    assertThatThrownBy(() -> OnnxSession.open(file, 1))
        .isInstanceOfSatisfying(
            UnloadableException.class,
            e -> {
              assertThat(e).hasMessageContaining(file.toString());
              assertThat(e.reason()).isNotBlank();
            });
    assertThatThrownBy(() -> OnnxSession.open(new byte[3], "three bytes", 1))
        .isInstanceOf(UnloadableException.class)
        .hasMessageContaining("three bytes");
  }
}
