package io.streamdistill.experiments.mnist;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.streamdistill.onnx.runtime.OnnxRuntime;
import io.streamdistill.onnx.runtime.OnnxSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;

/**
 * Runs a model through ONNX Runtime, as the teacher service will: what it gets wrong is what
 * counts.
 */
final class TeacherModel implements AutoCloseable {
  private static final int BATCH = 500;

  private final OnnxSession session;

  TeacherModel(byte[] model) {
    session = OnnxSession.open(model, "the teacher of MNIST", OnnxSession.ALL_CORES);
  }

  /**
   * Logits, (to - from, classes), of the unshifted images {@code from} to {@code to} (exclusive).
   */
  float[][] logits(JitteredImages images, int from, int to) throws OrtException {
    int size = to - from;
    FloatBuffer features = // (size, 784)
        ByteBuffer.allocateDirect(size * JitteredImages.PIXELS * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int i = 0; i < size; i++) {
      images.shifted(from + i, 0, 0, features, i);
    }
    long[] shape = {size, JitteredImages.PIXELS};
    try (OnnxTensor input = OnnxRuntime.tensor(features, shape);
        OrtSession.Result result =
            session.run(Map.of(TeacherOnnx.FEATURES, input), Set.of(TeacherOnnx.LOGITS))) {
      return (float[][]) result.get(0).getValue();
    }
  }

  /** Images whose largest logit is not their label's. */
  int errors(JitteredImages images) throws OrtException {
    int errors = 0;
    for (int from = 0; from < images.count(); from += BATCH) {
      float[][] logits = logits(images, from, Math.min(from + BATCH, images.count()));
      for (int i = 0; i < logits.length; i++) {
        if (argmax(logits[i]) != images.label(from + i)) {
          errors++;
        }
      }
    }
    return errors;
  }

  private static int argmax(float[] values) {
    int best = 0;
    for (int k = 1; k < values.length; k++) {
      if (values[k] > values[best]) {
        best = k;
      }
    }
    return best;
  }

  @Override
  public void close() {
    session.close();
  }
}
