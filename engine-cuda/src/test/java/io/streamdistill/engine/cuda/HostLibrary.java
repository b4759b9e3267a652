package io.streamdistill.engine.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.streamdistill.engine.cuda.device.HostDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kernels as a library for this machine, by its C++ compiler; tests need one. */
final class HostLibrary {

  static final Path SOURCE = Path.of("kernels", "students.cu");

  private static @Nullable Path library;
  private static String problem = "";

  private HostLibrary() {}

  /** A new device; without a compiler, the test is skipped. */
  static HostDevice device() {
    return new HostDevice(library());
  }

  private static synchronized Path library() {
    if (library == null && problem.isEmpty()) {
      try {
        library = compile();
      } catch (IOException e) {
        problem = "no C++ compiler makes a library of the kernels: " + e.getMessage();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        problem = "interrupted";
      }
    }
    assumeTrue(library != null, problem);
    return library;
  }

  private static Path compile() throws IOException, InterruptedException {
    Path made = Files.createTempDirectory(Path.of("target"), "kernels").resolve("libstudents.so");
    Process compiler =
        new ProcessBuilder(List.of("sh", "kernels/build.sh", "host", made.toString()))
            .redirectErrorStream(true)
            .start();
    String said = new String(compiler.getInputStream().readAllBytes(), UTF_8);
    if (compiler.waitFor() != 0) {
      throw new IOException(said);
    }
    return made;
  }
}
