package io.streamdistill.engine.dl4j.device;

import java.util.List;

/** What is known of this machine's GPUs without loading ND4J. */
public interface CudaRuntime {

  /** Whether the CUDA backend of ND4J is on the class path. */
  boolean hasCudaBackend();

  /** Whether the CPU backend of ND4J is on the class path. */
  boolean hasCpuBackend();

  /** Asks the driver. */
  Answer ask();

  /** What the driver said. */
  sealed interface Answer {}

  /** The driver answered; the list is empty when it sees no GPU. */
  record Devices(List<CudaDevice> devices) implements Answer {
    public Devices {
      devices = List.copyOf(devices);
    }
  }

  /**
   * No driver to ask, or none that answers.
   *
   * @param detail what was tried and what came back
   */
  record NoDriver(String detail) implements Answer {}
}
