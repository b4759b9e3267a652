package io.streamdistill.engine.cuda.driver;

/** Events of the driver: places in a stream that others can wait for. */
final class Events {

  /** {@code CU_EVENT_DISABLE_TIMING}. */
  private static final int NO_TIMING = 2;

  private Events() {}

  static long create() {
    return Gpu.handle(found -> Driver.eventCreate(found, NO_TIMING), "cuEventCreate");
  }

  static void record(long event, long stream) {
    Driver.check(Driver.eventRecord(event, stream), "cuEventRecord");
  }

  static void destroy(long event) {
    Driver.check(Driver.eventDestroy(event), "cuEventDestroy");
  }
}
