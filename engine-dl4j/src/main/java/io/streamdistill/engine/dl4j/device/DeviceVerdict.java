package io.streamdistill.engine.dl4j.device;

/** Where training will run, and why. */
public sealed interface DeviceVerdict {

  /** What was found, what is supported and what runs: for the log, and for {@code doctor}. */
  String message();

  /** Training runs on this GPU. */
  record UseGpu(CudaDevice device, String message) implements DeviceVerdict {}

  /** Training runs on the CPU. */
  record UseCpu(Reason reason, String message) implements DeviceVerdict {}

  /** Why no GPU is used. */
  enum Reason {
    NO_DEVICE("no-device"),
    DRIVER_MISSING("driver-missing"),
    COMPUTE_CAPABILITY_TOO_NEW("compute-capability-too-new"),
    COMPUTE_CAPABILITY_TOO_OLD("compute-capability-too-old"),
    BACKEND_NOT_BUILT("backend-not-built");

    private final String label;

    Reason(String label) {
      this.label = label;
    }

    /** The reason as a metric tag. */
    public String label() {
      return label;
    }
  }
}
