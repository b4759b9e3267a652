package io.streamdistill.onnx.runtime;

import java.io.Serial;

/** A model that ONNX Runtime does not load; the message names it, and says why. */
public final class UnloadableException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  private final String reason;

  UnloadableException(String model, Exception failure) {
    super("ONNX Runtime cannot load %s: %s".formatted(model, failure.getMessage()), failure);
    this.reason = String.valueOf(failure.getMessage());
  }

  /** What ONNX Runtime says, without the model's name. */
  public String reason() {
    return reason;
  }
}
