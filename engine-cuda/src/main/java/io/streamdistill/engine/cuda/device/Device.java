package io.streamdistill.engine.cuda.device;

/**
 * A machine with memory of its own, and one queue of work. What is queued is done in its order; a
 * call may return before that. One thread at a time.
 */
public interface Device extends AutoCloseable {

  /** In a word, for metric tags: {@code cuda}, or {@code host}. */
  String label();

  /** What it is and what it computes with, for logs. */
  String description();

  /**
   * Memory of the device, zeroed.
   *
   * @throws DeviceException when there is not as much
   */
  DeviceMemory allocate(long bytes);

  /** Gives memory back, when all that was queued is done. */
  void free(DeviceMemory memory);

  /**
   * Memory of the host that the device reads and writes at full speed, zeroed. It goes when nothing
   * refers to its buffer any more.
   *
   * @param bytes below 2 GiB
   */
  HostMemory allocateHost(long bytes);

  /** Queues a copy of the first bytes. */
  void upload(DeviceMemory to, HostMemory from, long bytes);

  /**
   * Queues a copy of the first bytes that need not wait for what was queued before. What is queued
   * after it waits for it.
   *
   * @param to used by nothing that is queued
   */
  void uploadAhead(DeviceMemory to, HostMemory from, long bytes);

  /** Queues a copy of the first bytes. */
  void download(HostMemory to, DeviceMemory from, long bytes);

  /**
   * Queues a kernel.
   *
   * @param words its arguments as {@code kernels/students.cu} declares them, eight bytes each:
   *     numbers, addresses, doubles by their bits; the first is the number of elements
   */
  void launch(Kernel kernel, long... words);

  /**
   * Queues {@code C = op(A) op(B)}, of floats.
   *
   * @param transposeA whether op(A) is its transpose
   * @param transposeB whether op(B) is its transpose
   */
  void multiply(Matrix a, boolean transposeA, Matrix b, boolean transposeB, Matrix c);

  /**
   * Queues what may be done beside that which is queued after it, until {@link #join}.
   *
   * @param work launches kernels and multiplies; waits for what was queued before
   */
  void aside(Runnable work);

  /** What is queued from now on waits for what was queued aside. */
  void join();

  /** A new mark, which is reached. */
  Mark mark();

  /**
   * Work that can be queued again by one call.
   *
   * @param work queues something; called now and perhaps again, nothing of it is done now
   */
  Recording record(Runnable work);

  /** Waits until all that was queued is done. */
  void synchronise();

  /** Waits for what was queued, and gives all memory back but that of the host. */
  @Override
  void close();
}
