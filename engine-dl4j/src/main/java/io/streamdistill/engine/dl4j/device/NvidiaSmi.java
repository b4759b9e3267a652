package io.streamdistill.engine.dl4j.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@code nvidia-smi}, which comes with the driver and needs no CUDA in this process: a {@code
 * libcuda} that crashes or hangs does so elsewhere.
 *
 * <p>It sees GPUs that {@code CUDA_VISIBLE_DEVICES} hides from ND4J, and in the order of the bus,
 * which is ND4J's too with {@code CUDA_DEVICE_ORDER=PCI_BUS_ID}.
 */
final class NvidiaSmi implements CudaRuntime {

  private static final List<String> QUERY =
      List.of("nvidia-smi", "--query-gpu=name,compute_cap,driver_version", "--format=csv,noheader");

  private final List<String> command;
  private final Duration timeout;

  NvidiaSmi() {
    this(QUERY, Duration.ofSeconds(10));
  }

  NvidiaSmi(List<String> command, Duration timeout) {
    this.command = List.copyOf(command);
    this.timeout = timeout;
  }

  @Override
  public boolean hasCudaBackend() {
    return onClassPath("org/nd4j/linalg/jcublas/JCublasBackend.class");
  }

  @Override
  public boolean hasCpuBackend() {
    return onClassPath("org/nd4j/linalg/cpu/nativecpu/CpuBackend.class");
  }

  /** As a resource: loading the class would start the backend. */
  private static boolean onClassPath(String resource) {
    return NvidiaSmi.class.getClassLoader().getResource(resource) != null;
  }

  @Override
  public Answer ask() {
    Path output = null;
    Process process = null;
    try {
      output = Files.createTempFile("nvidia-smi", ".csv"); // a pipe could block the time-out
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        return new NoDriver("nvidia-smi gave no answer within " + timeout.toSeconds() + " s");
      }
      String text = Files.readString(output, StandardCharsets.UTF_8).strip();
      return process.exitValue() == 0 ? parse(text) : failed(process.exitValue(), text);
    } catch (IOException e) {
      return new NoDriver("nvidia-smi cannot be run (" + e.getMessage() + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new NoDriver("interrupted while nvidia-smi ran");
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
      delete(output);
    }
  }

  /** One GPU per line: name, compute capability, driver version. */
  static Answer parse(String csv) {
    List<CudaDevice> devices = new ArrayList<>();
    for (String line : csv.lines().filter(l -> !l.isBlank()).toList()) {
      String[] fields = line.split(",", -1);
      if (fields.length != 3) {
        return noSense(line);
      }
      try {
        devices.add(
            new CudaDevice(
                devices.size(),
                fields[0].strip(),
                ComputeCapability.parse(fields[1]),
                fields[2].strip()));
      } catch (NumberFormatException e) {
        return noSense(line);
      }
    }
    return new Devices(devices);
  }

  private static Answer failed(int status, String text) {
    return text.contains("No devices were found")
        ? new Devices(List.of())
        : new NoDriver("nvidia-smi failed with status %d: %s".formatted(status, text));
  }

  private static Answer noSense(String line) {
    return new NoDriver("nvidia-smi gave an answer that makes no sense: " + line);
  }

  private static void delete(@Nullable Path file) {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        file.toFile().deleteOnExit();
      }
    }
  }
}
