package io.streamdistill.benchmarks.pipeline;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.streamdistill.teacher.onnx.OnnxRuntime;
import io.streamdistill.teacher.onnx.OnnxTeacher;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a teacher-service cannot do without: ONNX Runtime on batches that are there already, as
 * floats in native memory, with the options and threads of the service. What it says is not read.
 */
final class TeacherFloor implements AutoCloseable {

  private static final int BATCHES = 16; // more than the caches hold

  private final OrtSession session;
  private final List<Map<String, OnnxTensor>> batches = new ArrayList<>();
  private final int batchSize;
  private int next;

  TeacherFloor(Path model, Mnist mnist, int batchSize, int threads) throws OrtException {
    this.batchSize = batchSize;
    OrtEnvironment environment = OnnxRuntime.environment();
    try (SessionOptions options = OnnxTeacher.sessionOptions(threads)) {
      session = environment.createSession(model.toString(), options);
    }
    String input = session.getInputNames().iterator().next();
    for (int b = 0; b < BATCHES; b++) {
      FloatBuffer floats = floats(mnist, b * batchSize); // (batch, features)
      batches.add(
          Map.of(
              input,
              OnnxTensor.createTensor(
                  environment, floats, new long[] {batchSize, Mnist.PIXELS.length()})));
    }
  }

  private FloatBuffer floats(Mnist mnist, int from) {
    FloatBuffer floats =
        ByteBuffer.allocateDirect(batchSize * Mnist.PIXELS.length() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int row = 0; row < batchSize; row++) {
      for (byte pixel : mnist.image(from + row)) {
        floats.put((pixel & 0xff) * Mnist.PIXELS.scale());
      }
    }
    return floats.flip();
  }

  int batchSize() {
    return batchSize;
  }

  /** Scores one batch. */
  void score() {
    try {
      session.run(batches.get(next++ % BATCHES)).close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime failed on the floor's batch", e);
    }
  }

  @Override
  public void close() throws OrtException {
    for (Map<String, OnnxTensor> batch : batches) {
      batch.values().forEach(OnnxTensor::close);
    }
    session.close();
  }
}
