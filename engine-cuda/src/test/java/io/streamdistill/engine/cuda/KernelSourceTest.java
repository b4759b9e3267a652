package io.streamdistill.engine.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.engine.cuda.device.Kernel;
import io.streamdistill.engine.cuda.driver.CudaDevice;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What ships is what the source says. */
final class KernelSourceTest {

  @Test
  void ptxIsOfTheSourceBesideIt() throws Exception {
    byte[] source = Files.readAllBytes(HostLibrary.SOURCE);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(source);

    assertThat(ptx())
        .as("run engine-cuda/kernels/build.sh ptx after a change of students.cu")
        .startsWith("// SHA-256 of kernels/students.cu: " + HexFormat.of().formatHex(digest));
  }

  @Test
  void driversFromCuda118OnAndGpusFrom75OnTakeIt() throws Exception {
    assertThat(ptx()).contains("\n.version 7.8\n.target sm_75\n");
  }

  @Test
  void everyKernelIsThereAndNoOther() throws Exception {
    List<String> entries =
        Pattern.compile("\\.visible \\.entry (\\w+)\\(")
            .matcher(ptx())
            .results()
            .map(match -> match.group(1))
            .toList();

    assertThat(entries)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Kernel.values()).map(Kernel::symbol).toList());
  }

  private static String ptx() throws Exception {
    try (InputStream in =
        Objects.requireNonNull(CudaDevice.class.getResourceAsStream("students.ptx"))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
