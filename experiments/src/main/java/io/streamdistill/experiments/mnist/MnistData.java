package io.streamdistill.experiments.mnist;

import io.streamdistill.records.data.IdxFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The parts of MNIST; what chooses hyper-parameters is cut off the training set, never the test
 * set.
 */
record MnistData(IdxFile images, IdxFile labels) {
  /** Training images that a validation run holds out: the last ones. */
  static final int VALIDATION = 10_000;

  static MnistData train(Path folder) throws IOException {
    return read(folder, "train");
  }

  static MnistData test(Path folder) throws IOException {
    return read(folder, "t10k");
  }

  private static MnistData read(Path folder, String part) throws IOException {
    return new MnistData(
        IdxFile.read(folder.resolve(part + "-images-idx3-ubyte.gz"), 3),
        IdxFile.read(folder.resolve(part + "-labels-idx1-ubyte.gz"), 1));
  }

  JitteredImages all() {
    return part(0, images.count());
  }

  JitteredImages withoutValidation() {
    return part(0, images.count() - VALIDATION);
  }

  JitteredImages validation() {
    return part(images.count() - VALIDATION, images.count());
  }

  JitteredImages part(int from, int to) {
    return JitteredImages.of(images, labels, from, to);
  }
}
