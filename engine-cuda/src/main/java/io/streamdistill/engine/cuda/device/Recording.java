package io.streamdistill.engine.cuda.device;

/** Recorded work. It goes with its device. */
@FunctionalInterface
public interface Recording {

  /** Queues it. */
  void replay();
}
