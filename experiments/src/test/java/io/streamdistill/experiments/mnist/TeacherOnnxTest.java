package io.streamdistill.experiments.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TeacherOnnxTest {
  private static final int[] WIDTHS = {6, 9, 8, 4};

  /** float16 keeps 11 bits, so that logits agree to about 3 digits. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void agreesWithTheNetItWasWrittenFrom(int batch) throws Exception {
    MlpWeights weights = TinyMlp.weights(WIDTHS);
    weights.bias(1)[3] = 0.75f;
    weights.bias(2)[1] = -1.5f;
    DropoutMlp net =
        new DropoutMlp(weights, MlpWeights.zeros(WIDTHS), TinyMlp.settings(batch, 0, 1, 0));
    TinyMlp.fill(net, WIDTHS[0] * batch, 12);
    float[] features = new float[WIDTHS[0] * batch]; // (batch, 6)
    net.input().get(0, features);
    FloatBuffer expected = net.infer().values();

    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(TeacherOnnx.encode(weights));
        OnnxTensor input =
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(features), new long[] {batch, WIDTHS[0]});
        OrtSession.Result result = session.run(Map.of("features", input))) {
      float[][] logits = (float[][]) result.get("logits").orElseThrow().getValue();
      float[][] probabilities = (float[][]) result.get("probabilities").orElseThrow().getValue();
      assertThat(session.getOutputNames()).containsExactly("logits", "probabilities");
      for (int i = 0; i < batch; i++) {
        double sum = 0;
        for (int k = 0; k < 4; k++) {
          assertThat(logits[i][k]).isCloseTo(expected.get(i * 4 + k), within(5e-3f));
          sum += Math.exp(logits[i][k]);
        }
        for (int k = 0; k < 4; k++) {
          double softmax = Math.exp(logits[i][k]) / sum;
          assertThat((double) probabilities[i][k]).isCloseTo(softmax, within(1e-6));
        }
      }
    }
  }

  @Test
  void theSameWeightsGiveTheSameFile() {
    assertThat(TeacherOnnx.encode(TinyMlp.weights(WIDTHS)))
        .isEqualTo(TeacherOnnx.encode(TinyMlp.weights(WIDTHS)));
  }
}
