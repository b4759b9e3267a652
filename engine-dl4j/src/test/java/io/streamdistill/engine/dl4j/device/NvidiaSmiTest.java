package io.streamdistill.engine.dl4j.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.engine.dl4j.device.CudaRuntime.Devices;
import io.streamdistill.engine.dl4j.device.CudaRuntime.NoDriver;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs real processes that answer as {@code nvidia-smi} does. */
final class NvidiaSmiTest {

  @Test
  void readsOneDevicePerLine() {
    CudaRuntime.Answer answer =
        shell("printf 'NVIDIA A100-SXM4-40GB, 8.0, 535.104.05\\nTesla T4, 7.5, 535.104.05\\n'")
            .ask();

    assertThat(answer)
        .isEqualTo(
            new Devices(
                List.of(
                    new CudaDevice(
                        0, "NVIDIA A100-SXM4-40GB", new ComputeCapability(8, 0), "535.104.05"),
                    new CudaDevice(1, "Tesla T4", new ComputeCapability(7, 5), "535.104.05"))));
  }

  @Test
  void driverThatSeesNoDeviceIsNotAMissingDriver() {
    assertThat(shell("echo 'No devices were found'; exit 6").ask())
        .isEqualTo(new Devices(List.of()));
  }

  @Test
  void failureIsReportedInItsOwnWords() {
    assertThat(shell("echo \"couldn't communicate with the NVIDIA driver\"; exit 9").ask())
        .isEqualTo(
            new NoDriver(
                "nvidia-smi failed with status 9: couldn't communicate with the NVIDIA driver"));
  }

  @Test
  void missingProgramMeansNoDriver() {
    var absent = new NvidiaSmi(List.of("no-such-nvidia-smi"), Duration.ofSeconds(5));

    assertThat(absent.ask())
        .isInstanceOfSatisfying(
            NoDriver.class, none -> assertThat(none.detail()).contains("cannot be run"));
  }

  @Test
  void hangingDriverIsGivenUp() {
    var hanging = new NvidiaSmi(List.of("sleep", "60"), Duration.ofMillis(200));

    long start = System.nanoTime();
    CudaRuntime.Answer answer = hanging.ask();

    assertThat(answer).isInstanceOf(NoDriver.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void answerThatMakesNoSenseMeansNoDriver() {
    assertThat(shell("echo 'NVIDIA A100, eight, 535'").ask()).isInstanceOf(NoDriver.class);
    assertThat(shell("echo 'nothing of the kind'").ask()).isInstanceOf(NoDriver.class);
  }

  @Test
  void backendsAreFoundOnTheClassPathOfThisBuild() {
    var runtime = new NvidiaSmi();

    // Built with exactly one of the profiles cpu and cuda.
    assertThat(runtime.hasCpuBackend()).isNotEqualTo(runtime.hasCudaBackend());
  }

  private static NvidiaSmi shell(String script) {
    return new NvidiaSmi(List.of("sh", "-c", script), Duration.ofSeconds(20));
  }
}
