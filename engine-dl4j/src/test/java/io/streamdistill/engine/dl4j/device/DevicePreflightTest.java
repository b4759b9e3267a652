package io.streamdistill.engine.dl4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.dl4j.device.CudaRuntime.Devices;
import io.streamdistill.engine.dl4j.device.CudaRuntime.NoDriver;
import io.streamdistill.engine.dl4j.device.DeviceVerdict.Reason;
import io.streamdistill.engine.dl4j.device.DeviceVerdict.UseCpu;
import io.streamdistill.engine.dl4j.device.DeviceVerdict.UseGpu;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DevicePreflightTest {

  /** A machine that does not exist. */
  private record Machine(boolean hasCudaBackend, boolean hasCpuBackend, Answer answer)
      implements CudaRuntime {
    @Override
    public Answer ask() {
      return answer;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.7", "7.0", "7.5", "8.0", "8.6", "8.9"})
  void supportedGpuIsUsed(String capability) {
    DeviceVerdict verdict = DevicePreflight.check(new Machine(true, true, gpus(capability)));

    assertThat(verdict).isInstanceOf(UseGpu.class);
    assertThat(verdict.message()).contains("on the GPU", "compute capability " + capability);
  }

  @ParameterizedTest
  @CsvSource({
    "9.0, COMPUTE_CAPABILITY_TOO_NEW",
    "10.0, COMPUTE_CAPABILITY_TOO_NEW",
    "12.0, COMPUTE_CAPABILITY_TOO_NEW",
    "3.5, COMPUTE_CAPABILITY_TOO_OLD",
    "2.1, COMPUTE_CAPABILITY_TOO_OLD"
  })
  void unsupportedGpuLeavesTheWorkToTheCpu(String capability, Reason reason) {
    DeviceVerdict verdict = DevicePreflight.check(new Machine(true, true, gpus(capability)));

    assertThat(verdict).isInstanceOfSatisfying(UseCpu.class, cpu -> assertReason(cpu, reason));
    assertThat(verdict.message())
        .contains("on the CPU", "compute capability " + capability, "3.7 to 8.6", "L40");
  }

  @Test
  void firstDeviceDecidesBecauseNd4jTakesIt() {
    DeviceVerdict verdict = DevicePreflight.check(new Machine(true, true, gpus("9.0", "8.0")));

    assertThat(verdict)
        .isInstanceOfSatisfying(
            UseCpu.class, cpu -> assertReason(cpu, Reason.COMPUTE_CAPABILITY_TOO_NEW));
  }

  @Test
  void machineWithoutDriverOrGpuRunsOnTheCpu() {
    DeviceVerdict noDriver =
        DevicePreflight.check(new Machine(false, true, new NoDriver("nvidia-smi not found")));
    DeviceVerdict noDevice = DevicePreflight.check(new Machine(false, true, gpus()));

    assertThat(noDriver)
        .isInstanceOfSatisfying(UseCpu.class, cpu -> assertReason(cpu, Reason.DRIVER_MISSING));
    assertThat(noDriver.message()).contains("nvidia-smi not found");
    assertThat(noDevice)
        .isInstanceOfSatisfying(UseCpu.class, cpu -> assertReason(cpu, Reason.NO_DEVICE));
  }

  @Test
  void usableGpuWithoutTheBackendSaysHowToBuildIt() {
    DeviceVerdict verdict = DevicePreflight.check(new Machine(false, true, gpus("8.0")));

    assertThat(verdict)
        .isInstanceOfSatisfying(UseCpu.class, cpu -> assertReason(cpu, Reason.BACKEND_NOT_BUILT));
    assertThat(verdict.message()).contains("-Pcuda");
  }

  @Test
  void cudaBackendAloneWithoutAUsableGpuIsAnErrorWithARemedy() {
    for (CudaRuntime.Answer answer : List.of(gpus("9.0"), gpus(), new NoDriver("none"))) {
      assertThatThrownBy(() -> DevicePreflight.check(new Machine(true, false, answer)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("Build without -Pcuda");
    }
  }

  private static void assertReason(UseCpu cpu, Reason reason) {
    assertThat(cpu.reason()).isEqualTo(reason);
    assertThat(reason.label()).isEqualTo(reason.name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  private static Devices gpus(String... capabilities) {
    String csv = "";
    for (String capability : capabilities) {
      csv += "NVIDIA Test, " + capability + ", 535.104.05\n";
    }
    return (Devices) NvidiaSmi.parse(csv);
  }
}
