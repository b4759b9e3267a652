package io.streamdistill.cli.evaluate;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.data.IdxFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/** Evaluates classifiers on one labelled set of images. */
public final class Evaluator {

  private static final int BATCH = 1000;
  private static final int WARM_UP_ROUNDS = 2;
  private static final int ROUNDS = 5;

  private final IdxFile images; // (count, rows, columns)
  private final IdxFile labels; // (count)
  private final FeatureContract bytes;
  private final LongSupplier nanoTime;

  Evaluator(IdxFile images, IdxFile labels, float scale, float offset, LongSupplier nanoTime) {
    this.images = images;
    this.labels = labels;
    this.bytes = new FeatureContract(FeatureType.U8, List.of(images.itemLength()), scale, offset);
    this.nanoTime = nanoTime;
  }

  /**
   * Reads the images and labels.
   *
   * @param contract scale and offset for models with a float32 input
   * @throws IOException when a file cannot be read or is no IDX file
   * @throws EvaluationException when the files do not belong together
   */
  public static Evaluator open(Path imageFile, Path labelFile, FeatureContract contract)
      throws IOException {
    IdxFile images = IdxFile.read(imageFile, 3);
    IdxFile labels = IdxFile.read(labelFile, 1);
    if (images.count() != labels.count()) {
      throw new EvaluationException(
          "%s holds %d labels, %s %d images; pass the two files of one set"
              .formatted(labelFile, labels.count(), imageFile, images.count()));
    }
    return new Evaluator(images, labels, contract.scale(), contract.offset(), System::nanoTime);
  }

  /**
   * Evaluates one model, on one thread.
   *
   * @throws EvaluationException when the model cannot be loaded, does not fit the images or gives a
   *     score that is not a number
   * @throws IOException when the file cannot be read
   */
  public Evaluation evaluate(Path model) throws IOException {
    if (!Files.isRegularFile(model)) {
      throw new EvaluationException(model + ": no such file; check the path");
    }
    try (OnnxClassifier classifier = OnnxClassifier.open(model, bytes)) {
      Count count = new Count(model);
      for (int from = 0; from < images.count(); from += BATCH) {
        int to = Math.min(from + BATCH, images.count());
        try (OnnxTensor batch = classifier.tensor(batch(from, to), to - from)) {
          count.add(classifier.scores(batch), from);
        }
      }
      ModelFile file = ModelFile.read(model);
      return new Evaluation(
          Arrays.stream(count.errors).sum(),
          images.count(),
          file.parameters(),
          file.bytes(),
          millisPer1000(classifier),
          Arrays.stream(count.errors).boxed().toList(),
          Arrays.stream(count.examples).boxed().toList());
    } catch (OrtException e) {
      throw new EvaluationException(
          "%s: ONNX Runtime cannot run it: %s".formatted(model, e.getMessage()), e);
    }
  }

  private double millisPer1000(OnnxClassifier classifier) throws OrtException {
    ByteBuffer thousand = ByteBuffer.allocate(BATCH * bytes.length());
    for (int i = 0; i < BATCH; i++) {
      thousand.put(images.item(i % images.count()));
    }
    try (OnnxTensor batch = classifier.tensor(thousand.flip(), BATCH)) {
      double[] millis = new double[ROUNDS];
      for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
        long start = nanoTime.getAsLong();
        classifier.scores(batch);
        double elapsed = (nanoTime.getAsLong() - start) / 1e6;
        if (round >= 0) {
          millis[round] = elapsed;
        }
      }
      Arrays.sort(millis);
      return millis[ROUNDS / 2];
    }
  }

  private ByteBuffer batch(int from, int to) {
    ByteBuffer batch = ByteBuffer.allocate((to - from) * bytes.length());
    for (int item = from; item < to; item++) {
      batch.put(images.item(item));
    }
    return batch.flip();
  }

  /** Errors and examples by class. */
  private final class Count {

    private final Path model;
    private int[] errors = {}; // (classes)
    private int[] examples = {}; // (classes)

    Count(Path model) {
      this.model = model;
    }

    void add(float[][] scores, int from) {
      int classes = scores[0].length;
      if (errors.length == 0) {
        errors = new int[classes];
        examples = new int[classes];
      }
      for (int i = 0; i < scores.length; i++) {
        int label = labels.value(from + i, 0);
        if (label >= classes) {
          throw new EvaluationException(
              "%s gives %d classes, but label %d of image %d is none of them; pass the labels that"
                      .formatted(model, classes, label, from + i)
                  + " the model was made for");
        }
        examples[label]++;
        if (largest(scores[i], from + i) != label) {
          errors[label]++;
        }
      }
    }

    private int largest(float[] scores, int image) {
      int best = 0;
      for (int k = 0; k < scores.length; k++) {
        if (Float.isNaN(scores[k])) {
          throw new EvaluationException(
              "%s gives NaN for class %d of image %d; the model is broken"
                  .formatted(model, k, image));
        }
        if (scores[k] > scores[best]) {
          best = k;
        }
      }
      return best;
    }
  }
}
