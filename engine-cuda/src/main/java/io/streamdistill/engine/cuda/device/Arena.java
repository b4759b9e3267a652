package io.streamdistill.engine.cuda.device;

import java.util.ArrayList;
import java.util.List;

/** Memory of a device that goes together. */
public final class Arena implements AutoCloseable {

  private final Device device;
  private final List<DeviceMemory> taken = new ArrayList<>();

  /** Without any. */
  public Arena(Device device) {
    this.device = device;
  }

  /** The device. */
  public Device device() {
    return device;
  }

  /** Zeroed memory. */
  public DeviceMemory allocate(long bytes) {
    DeviceMemory memory = device.allocate(Math.max(bytes, Double.BYTES));
    taken.add(memory);
    return memory;
  }

  /** Memory that holds these. */
  public DeviceMemory copyOf(float[] values) {
    DeviceMemory memory = allocate((long) values.length * Float.BYTES);
    write(memory, values);
    return memory;
  }

  /** Memory that holds these. */
  public DeviceMemory copyOf(long[] values) {
    DeviceMemory memory = allocate((long) values.length * Long.BYTES);
    HostMemory staging = device.allocateHost((long) values.length * Long.BYTES);
    staging.buffer().asLongBuffer().put(values);
    send(memory, staging);
    return memory;
  }

  /** Overwrites the start of memory; waits for it. */
  public void write(DeviceMemory memory, float[] values) {
    if (values.length > 0) {
      HostMemory staging = device.allocateHost((long) values.length * Float.BYTES);
      staging.buffer().asFloatBuffer().put(values);
      send(memory, staging);
    }
  }

  /** Overwrites the start of memory; waits for it. */
  public void write(DeviceMemory memory, double[] values) {
    HostMemory staging = device.allocateHost((long) values.length * Double.BYTES);
    staging.buffer().asDoubleBuffer().put(values);
    send(memory, staging);
  }

  private void send(DeviceMemory memory, HostMemory staging) {
    device.upload(memory, staging, staging.bytes());
    device.synchronise();
  }

  /** Reads the start of memory; waits for it. */
  public float[] readFloats(DeviceMemory memory, int count) {
    float[] values = new float[count];
    if (count > 0) {
      HostMemory staging = receive(memory, (long) count * Float.BYTES);
      staging.buffer().asFloatBuffer().get(values);
    }
    return values;
  }

  /** Reads the start of memory; waits for it. */
  public int[] readInts(DeviceMemory memory, int count) {
    int[] values = new int[count];
    receive(memory, (long) count * Integer.BYTES).buffer().asIntBuffer().get(values);
    return values;
  }

  private HostMemory receive(DeviceMemory memory, long bytes) {
    HostMemory staging = device.allocateHost(bytes);
    device.download(staging, memory, bytes);
    device.synchronise();
    return staging;
  }

  @Override
  public void close() {
    device.synchronise();
    taken.forEach(device::free);
    taken.clear();
  }
}
