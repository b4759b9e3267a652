package io.streamdistill.cli.quickstart;

import io.streamdistill.config.ConfigException;
import io.streamdistill.exit.FileReason;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a quickstart finds and puts things.
 *
 * @param home the StreamDistill checkout, with {@code datasets} and {@code models}
 * @param run directory of this run
 */
record QuickstartFiles(Path home, Path run) {

  private static final int MOST_AT_ONCE = 100;

  /** Finds the data and creates the directory of the run. */
  static QuickstartFiles create(Path home, Path run) {
    QuickstartFiles files = new QuickstartFiles(home.toAbsolutePath(), run.toAbsolutePath());
    files.requireData();
    if (!files.createRun()) {
      throw new ConfigException(
          "%s exists already; choose another --dir, or delete it".formatted(run));
    }
    return files;
  }

  /**
   * Finds the data and creates a directory of the run.
   *
   * @param wanted if it is taken, since another quickstart was faster, its name gets a number
   */
  static QuickstartFiles createNew(Path home, Path wanted) {
    for (int number = 1; number <= MOST_AT_ONCE; number++) {
      Path run = number == 1 ? wanted : wanted.resolveSibling(wanted.getFileName() + "-" + number);
      QuickstartFiles files = new QuickstartFiles(home.toAbsolutePath(), run.toAbsolutePath());
      files.requireData();
      if (files.createRun()) {
        return files;
      }
    }
    throw new ConfigException("%s is taken; choose another --dir".formatted(wanted));
  }

  private void requireData() {
    for (Path needed :
        new Path[] {trainImages(), trainLabels(), testImages(), testLabels(), teacherModel()}) {
      if (!Files.isReadable(needed)) {
        throw new ConfigException(
            "quickstart needs %s, which is not there; run it from a complete checkout"
                .formatted(needed));
      }
    }
  }

  /** Creates the directory of the run; returns false if there is something already. */
  private boolean createRun() {
    try {
      Path parent = run.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createDirectory(run);
      Files.createDirectory(logs());
      return true;
    } catch (FileAlreadyExistsException e) {
      if (run.toString().equals(e.getFile())) {
        return false;
      }
      throw failed(e);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private ConfigException failed(IOException e) {
    return new ConfigException(
        "cannot create %s: %s; choose another --dir".formatted(run, FileReason.of(e)), e);
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
