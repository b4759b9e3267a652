package io.streamdistill.system.shipped;

import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout that the tests run in. */
final class Repository {

  private Repository() {}

  /** A file or directory of the checkout. */
  static Path file(String path) {
    return root().resolve(path);
  }

  /** The top directory of the checkout. */
  static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("docker-compose.yml"))) {
      Path parent = directory.getParent();
      if (parent == null) {
        throw new IllegalStateException(
            "not in a checkout: no docker-compose.yml above this directory");
      }
      directory = parent;
    }
    return directory;
  }
}
