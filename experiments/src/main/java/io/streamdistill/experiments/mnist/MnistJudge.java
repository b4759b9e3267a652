package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.TeacherRecipe;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.teacher.engine.EnsembleTeacher;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.onnx.OnnxTeacher;
import io.streamdistill.teacher.onnx.OutputKind;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Runs a model on images, through the engine that teachers run on. */
final class MnistJudge {

  static final FeatureContract PIXELS = FeatureContract.u8(JitteredImages.PIXELS);
  static final int CLASSES = 10;

  private static final int BATCH = 500;

  /** What a model makes of a part of MNIST, as counts of (label, answer). */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Judgement(int[][] confusion) {

    int errors() {
      int errors = 0;
      for (int label = 0; label < CLASSES; label++) {
        errors += errorsOf(label);
      }
      return errors;
    }

    int errorsOf(int label) {
      int errors = 0;
      for (int answer = 0; answer < CLASSES; answer++) {
        errors += answer == label ? 0 : confusion[label][answer];
      }
      return errors;
    }
  }

  private MnistJudge() {}

  /** Log-probabilities at T = 1, (to - from, classes), of images {@code from} to {@code to}. */
  static double[][] logProbabilities(Path model, MnistData data, int from, int to) {
    return logProbabilities(TeacherRecipe.of(model), data, from, to);
  }

  static double[][] logProbabilities(TeacherRecipe models, MnistData data, int from, int to) {
    return logProbabilities(models, data, IntStream.range(from, to).toArray());
  }

  private static double[][] logProbabilities(TeacherRecipe models, MnistData data, int[] items) {
    double[][] all = new double[items.length][CLASSES];
    try (Teacher engine = open(models)) {
      FeatureBatch batch = new FeatureBatch(PIXELS, BATCH);
      for (int start = 0; start < items.length; start += BATCH) {
        int rows = Math.min(BATCH, items.length - start);
        batch.clear();
        double[][] into = new double[rows][];
        for (int i = 0; i < rows; i++) {
          batch.add(ByteBuffer.wrap(data.images().item(items[start + i])));
          into[i] = all[start + i];
        }
        Map<Integer, String> problems = engine.score(batch, 1, into);
        if (!problems.isEmpty()) {
          throw new IllegalStateException("the teacher has no answer to some images: " + problems);
        }
      }
    }
    return all;
  }

  private static Teacher open(TeacherRecipe recipe) {
    List<EnsembleTeacher.Member> members = new ArrayList<>();
    for (Path model : recipe.models()) {
      members.add(
          new EnsembleTeacher.Member(
              OnnxTeacher.open(model, OutputKind.AUTO, PIXELS, CLASSES, BATCH, 1), 1));
    }
    return members.size() == 1
        ? members.get(0).teacher()
        : new EnsembleTeacher(members, recipe.combination());
  }

  /** Errors of a model on some of the images. */
  static int errors(Path model, MnistData data, int[] items) {
    double[][] answers = logProbabilities(TeacherRecipe.of(model), data, items);
    int errors = 0;
    for (int i = 0; i < items.length; i++) {
      errors += argmax(answers[i]) == data.labels().value(items[i], 0) ? 0 : 1;
    }
    return errors;
  }

  /** Judges the answers to images {@code from} and after. */
  static Judgement judge(double[][] logProbabilities, MnistData data, int from) {
    int[][] confusion = new int[CLASSES][CLASSES];
    for (int i = 0; i < logProbabilities.length; i++) {
      confusion[data.labels().value(from + i, 0)][argmax(logProbabilities[i])]++;
    }
    return new Judgement(confusion);
  }

  private static int argmax(double[] values) {
    int best = 0;
    for (int k = 1; k < values.length; k++) {
      best = values[k] > values[best] ? k : best;
    }
    return best;
  }
}
