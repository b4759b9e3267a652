package io.streamdistill.engine.cuda.device;

/** A place in the queue of a device. */
public interface Mark {

  /** Puts it at the end of the queue. */
  void set();

  /** Whether all that was queued before it is done. */
  boolean isReached();

  /** Waits until it is. */
  void await();
}
