package io.streamdistill.engine.cuda.device;

import java.nio.ByteBuffer;

/**
 * Memory of the host that a device copies from and to.
 *
 * @param buffer direct, in native order; keeps the memory
 * @param address of its first byte
 */
public record HostMemory(ByteBuffer buffer, long address) {

  /** How much it is. */
  public long bytes() {
    return buffer.capacity();
  }
}
