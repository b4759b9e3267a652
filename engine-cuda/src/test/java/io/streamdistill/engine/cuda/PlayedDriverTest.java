package io.streamdistill.engine.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The binding, on a driver that is played by the CPU (src/test/native): every call reaches the
 * right function with the right arguments, nothing is read before it is there, and a call that
 * fails ends in a message.
 */
final class PlayedDriverTest {

  @TempDir private Path directory;

  /** What a process said, and how it ended. */
  private record End(int status, String said) {}

  private End check(Map<String, String> environment, String... parts)
      throws IOException, InterruptedException {
    Path library = HostLibrary.make("played", "libplayed.so");
    for (String name : List.of("libcuda.so.1", "libcublas.so.13")) {
      if (!Files.exists(directory.resolve(name))) {
        Files.createSymbolicLink(directory.resolve(name), library);
      }
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Djna.library.path=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                CardCheck.class.getName()));
    command.addAll(List.of(parts));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new End(process.waitFor(), said);
  }

  @Test
  void everyCheckPasses() throws Exception {
    End end = check(Map.of(), "tests", "brief");

    assertThat(end.status()).as(end.said()).isZero();
    assertThat(end.said())
        .contains(
            "device: Played GPU (compute capability 9.0",
            "products by cuBLAS 13.1.0",
            " 0 failed, 0 skipped",
            "TIME {");
  }

  @ParameterizedTest
  @CsvSource({
    "PLAYED_GPU, none, no CUDA-capable device is detected",
    "PLAYED_GPU, 6.1, needs a GPU of compute capability 7.5 or higher",
    "PLAYED_DRIVER, 11070, needs a driver for CUDA 11.8 or newer"
  })
  void whatIsMissingIsSaid(String variable, String value, String message) throws Exception {
    End end = check(Map.of(variable, value), "brief");

    assertThat(end.status()).as(end.said()).isEqualTo(2);
    assertThat(end.said()).contains(message);
  }

  /** In the middle of things: after a student was built, or in its steps. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "cuModuleLoadDataEx=209@1",
        "cuMemAlloc_v2=2@9",
        "cuMemHostAlloc=2@3",
        "cuLaunchKernelEx=700@20",
        "cuGraphInstantiateWithFlags=719@1",
        "cuGraphLaunch=719@2",
        "cuEventSynchronize=719@2",
        "cuStreamSynchronize=719@3",
        "cublasCreate_v2=1@1",
        "cublasSgemm_v2=13@5"
      })
  void callThatFailsEndsInAMessage(String failure) throws Exception {
    End end = check(Map.of("PLAYED_FAIL", failure), "brief");

    assertThat(end.status()).as(end.said()).isEqualTo(1);
    assertThat(end.said())
        .contains("FAILED time of fp32, batch 8: " + DEVICE_EXCEPTION)
        .contains(failure.replaceAll(".*=(\\d+)@.*", "$1"));
  }

  private static final String DEVICE_EXCEPTION =
      "io.streamdistill.engine.cuda.device.DeviceException: ";
}
