package io.streamdistill.experiments.mnist;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/**
 * Passes over jittered images in random order, each pass seeded by the run's seed and its number.
 */
final class TeacherTraining {
  private final TeacherSettings settings;
  private final JitteredImages images;
  private final DropoutMlp net;
  private final int[] labels; // (batch)
  private TrainingState state;

  TeacherTraining(TeacherSettings settings, JitteredImages images, TrainingState state) {
    if (images.count() < settings.batch()) {
      throw new IllegalArgumentException(
          "%d images do not fill a batch of %d".formatted(images.count(), settings.batch()));
    }
    this.settings = settings;
    this.images = images;
    this.state = state;
    net = new DropoutMlp(state.weights(), state.velocity(), settings);
    labels = new int[settings.batch()];
  }

  /** A fresh run of a net with these layer widths. */
  static TeacherTraining start(TeacherSettings settings, JitteredImages images, int... widths) {
    return new TeacherTraining(
        settings, images, TrainingState.initial(random(settings.seed(), 0), widths));
  }

  TrainingState state() {
    return state;
  }

  boolean finished() {
    return state.epoch() >= settings.epochs();
  }

  /** One pass over the images (the last partial batch is left out); returns the mean loss. */
  double epoch() {
    SplittableRandom random = random(settings.seed(), state.epoch() + 1);
    int[] order = permutation(images.count(), random.split());
    SplittableRandom jitter = random.split();
    SplittableRandom dropout = random.split();
    int batch = settings.batch();
    int steps = images.count() / batch;
    double loss = 0;
    for (int step = 0; step < steps; step++) {
      FloatBuffer input = net.input();
      for (int i = 0; i < batch; i++) {
        int image = order[step * batch + i];
        images.jittered(image, settings.jitter(), jitter, input, i);
        labels[i] = images.label(image);
      }
      double progress = (state.epoch() + (double) step / steps) / settings.epochs();
      loss += net.train(labels, settings.learningRate(progress), dropout);
    }
    state = state.next();
    return loss / steps;
  }

  /** Images, unshifted and without dropout, whose largest logit is not their label's. */
  int errors(JitteredImages heldOut) {
    int batch = settings.batch();
    int errors = 0;
    for (int from = 0; from < heldOut.count(); from += batch) {
      int size = Math.min(batch, heldOut.count() - from);
      for (int i = 0; i < size; i++) {
        heldOut.shifted(from + i, 0, 0, net.input(), i);
      }
      Matrix logits = net.infer();
      for (int i = 0; i < size; i++) {
        if (argmax(logits, i) != heldOut.label(from + i)) {
          errors++;
        }
      }
    }
    return errors;
  }

  private static int argmax(Matrix logits, int column) {
    int at = column * logits.rows();
    int best = 0;
    for (int k = 1; k < logits.rows(); k++) {
      if (logits.values().get(at + k) > logits.values().get(at + best)) {
        best = k;
      }
    }
    return best;
  }

  /** Fisher-Yates. */
  private static int[] permutation(int size, SplittableRandom random) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /**
   * The stream of one epoch: the seed's split number {@code epoch}, so a resumed run draws the
   * same.
   */
  private static SplittableRandom random(long seed, int epoch) {
    SplittableRandom root = new SplittableRandom(seed);
    for (int i = 0; i < epoch; i++) {
      root.split();
    }
    return root.split();
  }
}
