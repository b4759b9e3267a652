package io.streamdistill.experiments.defaults;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.streamdistill.engine.export.OnnxExport;
import io.streamdistill.onnx.runtime.OnnxRuntime;
import io.streamdistill.onnx.runtime.OnnxSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;

/** A pulled model.onnx in ONNX Runtime, fed what is on the wire, as a deployment does. */
final class PulledModel implements AutoCloseable {

  private static final int BATCH = 500;

  private final OnnxSession session;
  private final TensorInfo input;

  PulledModel(Path model) throws OrtException {
    session = OnnxSession.open(model, OnnxSession.ALL_CORES);
    input =
        (TensorInfo)
            Objects.requireNonNull(session.inputs().get(OnnxExport.FEATURES), OnnxExport.FEATURES)
                .getInfo();
  }

  /**
   * The class with the largest logit, for every row; -1 where logits are not finite.
   *
   * @param rows (rows, elements), little-endian
   */
  int[] classes(List<ByteBuffer> rows) throws OrtException {
    int[] classes = new int[rows.size()];
    for (int from = 0; from < classes.length; from += BATCH) {
      List<ByteBuffer> batch = rows.subList(from, Math.min(from + BATCH, classes.length));
      float[][] logits = logits(batch);
      for (int i = 0; i < logits.length; i++) {
        classes[from + i] = largest(logits[i]);
      }
    }
    return classes;
  }

  private float[][] logits(List<ByteBuffer> rows) throws OrtException {
    ByteBuffer bytes = // (rows, elements)
        ByteBuffer.allocateDirect(rows.stream().mapToInt(ByteBuffer::remaining).sum())
            .order(ByteOrder.LITTLE_ENDIAN);
    rows.forEach(row -> bytes.put(row.duplicate()));
    long[] shape =
        LongStream.concat(LongStream.of(rows.size()), LongStream.of(input.getShape()).skip(1))
            .toArray();
    try (OnnxTensor tensor = OnnxRuntime.tensor(bytes.flip(), shape, input.type);
        OrtSession.Result result =
            session.run(Map.of(OnnxExport.FEATURES, tensor), Set.of(OnnxExport.LOGITS))) {
      return (float[][]) result.get(0).getValue();
    }
  }

  private static int largest(float[] logits) {
    int best = 0;
    for (int k = 0; k < logits.length; k++) {
      if (!Float.isFinite(logits[k])) {
        return -1;
      }
      if (logits[k] > logits[best]) {
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
