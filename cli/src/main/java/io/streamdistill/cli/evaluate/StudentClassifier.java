package io.streamdistill.cli.evaluate;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.target.Softmax;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;

/** A model that StreamDistill exported: it takes features as they are on the wire. */
final class StudentClassifier implements Classifier {

  private final Path model;
  private final int featureBytes;
  private final OnnxClassifier onnx;

  private StudentClassifier(Path model, FeatureContract features, OnnxClassifier onnx) {
    this.model = model;
    this.featureBytes = features.bytes();
    this.onnx = onnx;
  }

  static StudentClassifier open(Path model, FeatureContract features) {
    return new StudentClassifier(model, features, OnnxClassifier.open(model, features));
  }

  @Override
  public void score(List<ByteBuffer> rows, double[][] logProbabilities) {
    try (OnnxTensor tensor = onnx.tensor(batch(rows), rows.size())) {
      float[][] scores = onnx.scores(tensor);
      for (int row = 0; row < rows.size(); row++) {
        logProbabilities(scores[row], logProbabilities[row]);
      }
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  private void logProbabilities(float[] scores, double[] out) {
    if (scores.length != out.length) {
      throw new EvaluationException(
          "%s gives %d classes, but %d are named; is it another student's model?"
              .formatted(model, scores.length, out.length));
    }
    for (int k = 0; k < scores.length; k++) {
      if (!Float.isFinite(scores[k])) {
        throw new EvaluationException(
            "%s gives %s for class %d; the student has diverged: train it again, or take an earlier checkpoint"
                .formatted(model, scores[k], k));
      }
      out[k] = onnx.givesLogits() ? scores[k] : Math.log(Math.max(scores[k], Float.MIN_NORMAL));
    }
    Softmax.logSoftmax(out, 1);
  }

  private ByteBuffer batch(List<ByteBuffer> rows) {
    ByteBuffer batch = ByteBuffer.allocate(Math.multiplyExact(rows.size(), featureBytes));
    rows.forEach(row -> batch.put(row.duplicate()));
    return batch.flip();
  }

  @Override
  public double millis(List<ByteBuffer> rows, int classes, LongSupplier nanoTime) {
    try (OnnxTensor tensor = onnx.tensor(batch(rows), rows.size())) {
      return Classifier.medianMillis(
          () -> {
            try {
              onnx.scores(tensor);
            } catch (OrtException e) {
              throw failed(e);
            }
          },
          nanoTime);
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  private EvaluationException failed(OrtException e) {
    return new EvaluationException(
        "%s: ONNX Runtime cannot run it: %s".formatted(model, e.getMessage()), e);
  }

  @Override
  public void close() {
    onnx.close();
  }
}
