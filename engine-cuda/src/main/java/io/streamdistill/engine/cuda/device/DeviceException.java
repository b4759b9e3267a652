package io.streamdistill.engine.cuda.device;

/** A device does not do what it was asked; says what, and in the words of its driver why. */
public final class DeviceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Creates it. */
  public DeviceException(String message) {
    super(message);
  }

  /** With what brought it to light. */
  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
