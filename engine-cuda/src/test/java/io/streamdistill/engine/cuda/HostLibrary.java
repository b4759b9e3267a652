package io.streamdistill.engine.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.streamdistill.engine.cuda.device.HostDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The kernels as a library for this machine, by its C++ compiler; tests need one. */
final class HostLibrary {

  static final Path SOURCE = Path.of("kernels", "students.cu");

  private static final Map<String, Path> MADE = new HashMap<>();

  private HostLibrary() {}

  /** A new device; without a compiler, the test is skipped. */
  static HostDevice device() {
    return new HostDevice(library());
  }

  /** The library; one that was made before is named by the property {@code kernels.host}. */
  private static Path library() {
    String made = System.getProperty("kernels.host");
    return made == null ? make("host", "libstudents.so") : Path.of(made);
  }

  /** What {@code kernels/build.sh} makes, once; without a compiler, the test is skipped. */
  static synchronized Path make(String what, String name) {
    return MADE.computeIfAbsent(what, unused -> compile(what, name));
  }

  private static Path compile(String what, String name) {
    try {
      Path made = Files.createTempDirectory(Path.of("target"), "kernels").resolve(name);
      Process compiler =
          new ProcessBuilder(List.of("sh", "kernels/build.sh", what, made.toString()))
              .redirectErrorStream(true)
              .start();
      String said = new String(compiler.getInputStream().readAllBytes(), UTF_8);
      boolean compiled = compiler.waitFor() == 0;
      assumeTrue(compiled, "no C++ compiler makes a library of the kernels: " + said);
      return made.toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
