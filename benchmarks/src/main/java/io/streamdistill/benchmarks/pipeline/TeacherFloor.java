package io.streamdistill.benchmarks.pipeline;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.streamdistill.onnx.runtime.OnnxRuntime;
import io.streamdistill.onnx.runtime.OnnxSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a teacher-service cannot do without: ONNX Runtime on batches that are there already, as
 * floats in native memory, with the options and threads of the service. What it says is not read.
 */
final class TeacherFloor implements AutoCloseable {

  private static final int BATCHES = 16; // more than the caches hold

  private final OnnxSession session;
  private final List<Map<String, OnnxTensor>> batches = new ArrayList<>();
  private final Set<String> outputs;
  private final int batchSize;
  private int next;

  TeacherFloor(Path model, Mnist mnist, int batchSize, int threads) throws OrtException {
    this.batchSize = batchSize;
    session = OnnxSession.open(model, threads);
    outputs = session.outputs().keySet();
    String input = session.inputs().keySet().iterator().next();
    for (int b = 0; b < BATCHES; b++) {
      FloatBuffer floats = floats(mnist, b * batchSize); // (batch, features)
      batches.add(
          Map.of(input, OnnxRuntime.tensor(floats, new long[] {batchSize, Mnist.PIXELS.length()})));
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
      session.run(batches.get(next++ % BATCHES), outputs).close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime failed on the floor's batch", e);
    }
  }

  @Override
  public void close() {
    for (Map<String, OnnxTensor> batch : batches) {
      batch.values().forEach(OnnxTensor::close);
    }
    session.close();
  }
}
