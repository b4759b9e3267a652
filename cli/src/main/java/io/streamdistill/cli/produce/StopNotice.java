package io.streamdistill.cli.produce;

import io.streamdistill.records.Counted;
import java.io.Closeable;
import java.util.function.Consumer;

/** Says how far a production has come when the JVM ends in the middle of it, as by Ctrl-C. */
final class StopNotice implements Closeable {

  private final Thread hook;

  /**
   * Waits for the end of the JVM.
   *
   * @param told takes the line
   */
  StopNotice(Sending sending, String topic, Consumer<String> told) {
    hook = new Thread(() -> told.accept(line(sending.acknowledged(), topic)), "stop-notice");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  static String line(long acknowledged, String topic) {
    return "stopped: topic %s holds at least %s; the same command with --skip-sent sends those that are not"
        .formatted(topic, Counted.of(acknowledged, "example") + " of the file");
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the JVM ends, and it was told
    }
  }
}
