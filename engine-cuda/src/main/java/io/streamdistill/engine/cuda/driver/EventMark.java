package io.streamdistill.engine.cuda.driver;

import io.streamdistill.engine.cuda.device.Mark;

/**
 * An event as a mark in a stream.
 *
 * @param enter makes the context that of the thread
 */
record EventMark(long event, long stream, Runnable enter) implements Mark {

  @Override
  public void set() {
    enter.run();
    Events.record(event, stream);
  }

  @Override
  public boolean isReached() {
    enter.run();
    return Driver.isReached(event);
  }

  @Override
  public void await() {
    enter.run();
    Driver.check(Driver.eventSynchronize(event), "a step on the GPU");
  }
}
