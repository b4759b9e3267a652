package io.streamdistill.experiments.mnist;

import io.streamdistill.records.data.IdxFile;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Labelled images of 28 x 28 pixels, presented in [0, 1] and shifted with zero fill. */
final class JitteredImages {
  static final int SIDE = 28;
  static final int PIXELS = SIDE * SIDE;

  private final byte[] pixels; // (images, 784)
  private final int[] labels; // (images)

  JitteredImages(byte[] pixels, int[] labels) {
    this.pixels = pixels;
    this.labels = labels;
  }

  /**
   * Items {@code from} (inclusive) to {@code to} (exclusive) of an image file and its label file.
   */
  static JitteredImages of(IdxFile images, IdxFile labels, int from, int to) {
    if (images.itemLength() != PIXELS || images.count() != labels.count()) {
      throw new IllegalArgumentException(
          "expected 28 x 28 images and as many labels, got %s and %s"
              .formatted(
                  Arrays.toString(images.dimensions()), Arrays.toString(labels.dimensions())));
    }
    byte[] pixels = new byte[(to - from) * PIXELS];
    int[] classes = new int[to - from];
    for (int i = from; i < to; i++) {
      System.arraycopy(images.item(i), 0, pixels, (i - from) * PIXELS, PIXELS);
      classes[i - from] = labels.value(i, 0);
    }
    return new JitteredImages(pixels, classes);
  }

  int count() {
    return labels.length;
  }

  int label(int image) {
    return labels[image];
  }

  /** Writes the image moved by a uniform integer in [-jitter, jitter] along each axis. */
  void jittered(int image, int jitter, SplittableRandom random, FloatBuffer batch, int column) {
    int right = random.nextInt(-jitter, jitter + 1);
    int down = random.nextInt(-jitter, jitter + 1);
    shifted(image, right, down, batch, column);
  }

  /** Writes the image, moved right and down by so many pixels, to a column of (784, batch). */
  void shifted(int image, int right, int down, FloatBuffer batch, int column) {
    float[] shifted = new float[PIXELS];
    for (int y = Math.max(0, down); y < Math.min(SIDE, SIDE + down); y++) {
      int source = image * PIXELS + (y - down) * SIDE - right;
      for (int x = Math.max(0, right); x < Math.min(SIDE, SIDE + right); x++) {
        shifted[y * SIDE + x] = (pixels[source + x] & 0xff) / 255f;
      }
    }
    batch.put(column * PIXELS, shifted);
  }
}
