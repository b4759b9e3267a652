package io.streamdistill.engine.cuda.device;

/**
 * Memory of a device.
 *
 * @param address of its first byte, on the device
 */
public record DeviceMemory(long address, long bytes) {

  /** From an offset on. */
  public DeviceMemory from(long offset) {
    if (offset < 0 || offset > bytes) {
      throw new IllegalArgumentException("offset %d of %d bytes".formatted(offset, bytes));
    }
    return new DeviceMemory(address + offset, bytes - offset);
  }
}
