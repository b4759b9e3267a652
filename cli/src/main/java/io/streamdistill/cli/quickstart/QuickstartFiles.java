package io.streamdistill.cli.quickstart;

import io.streamdistill.core.config.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a quickstart finds and puts things.
 *
 * @param home the StreamDistill checkout, with {@code datasets} and {@code models}
 * @param run directory of this run
 */
record QuickstartFiles(Path home, Path run) {

  /** Finds the data and creates the directory of the run. */
  static QuickstartFiles create(Path home, Path run) {
    QuickstartFiles files = new QuickstartFiles(home.toAbsolutePath(), run.toAbsolutePath());
    for (Path needed :
        new Path[] {
          files.trainImages(),
          files.trainLabels(),
          files.testImages(),
          files.testLabels(),
          files.teacherModel()
        }) {
      if (!Files.isReadable(needed)) {
        throw new ConfigException(
            "quickstart needs %s, which is not there; run it from a complete checkout"
                .formatted(needed));
      }
    }
    try {
      if (Files.exists(run)) {
        throw new ConfigException(
            "%s exists already; choose another --dir, or delete it".formatted(run));
      }
      Files.createDirectories(files.logs());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + run, e);
    }
    return files;
  }

  Path trainImages() {
    return home.resolve("datasets/mnist/train-images-idx3-ubyte.gz");
  }

  Path trainLabels() {
    return home.resolve("datasets/mnist/train-labels-idx1-ubyte.gz");
  }

  Path testImages() {
    return home.resolve("datasets/mnist/t10k-images-idx3-ubyte.gz");
  }

  Path testLabels() {
    return home.resolve("datasets/mnist/t10k-labels-idx1-ubyte.gz");
  }

  Path teacherModel() {
    return home.resolve("models/mnist-teacher/model.onnx");
  }

  Path logs() {
    return run.resolve("logs");
  }

  Path broker() {
    return run.resolve("broker");
  }

  Path config() {
    return run.resolve("distill.yaml");
  }

  /** The checkpoint pulled last of a student. */
  Path pulled(String student) {
    return run.resolve(student);
  }
}
