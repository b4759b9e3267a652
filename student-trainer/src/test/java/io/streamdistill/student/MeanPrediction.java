package io.streamdistill.student;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.TargetCodec;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What is predicted on average over probe examples, (classes). */
final class MeanPrediction {

  private MeanPrediction() {}

  private static double[] prediction(Target target) {
    double[] prediction = new double[3];
    assertThat(
            TargetCodec.decode(
                target.answer().encoding(), target.answer().distribution(), prediction))
        .isTrue();
    TargetCodec.retemper(prediction, target.answer().temperature(), 1);
    for (int k = 0; k < 3; k++) {
      prediction[k] = Math.exp(prediction[k]);
    }
    return prediction;
  }

  static double[] ofTeacher(List<Target> probe) {
    double[] mean = new double[3];
    for (Target target : probe) {
      double[] prediction = prediction(target);
      for (int k = 0; k < 3; k++) {
        mean[k] += prediction[k] / probe.size();
      }
    }
    return mean;
  }

  /** Of the checkpoint's model in ONNX Runtime, on the probe examples, (classes). */
  static double[] ofModel(List<Target> probe, Path checkpoint) throws Exception {
    float[][] features = new float[probe.size()][SoftTargetFixture.FEATURES];
    for (int i = 0; i < features.length; i++) {
      probe
          .get(i)
          .example()
          .features()
          .duplicate()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(features[i]);
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session =
            environment.createSession(checkpoint.resolve("model.onnx").toString());
        OnnxTensor input = OnnxTensor.createTensor(environment, features);
        OrtSession.Result result = session.run(Map.of("features", input))) {
      double[] mean = new double[3];
      for (float[] row : (float[][]) result.get("probabilities").orElseThrow().getValue()) {
        for (int k = 0; k < 3; k++) {
          mean[k] += row[k] / (double) probe.size();
        }
      }
      return mean;
    }
  }
}
