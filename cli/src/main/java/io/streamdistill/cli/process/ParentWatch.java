package io.streamdistill.cli.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/** Ends this process with the one that started it, however that one ends. */
public final class ParentWatch {

  /** The option that a parent starts its children with. */
  public static final String FLAG = "--with-parent";

  /** Longest time for an orderly end; nobody is left to kill a process that hangs. */
  private static final Duration GRACE = Duration.ofSeconds(45);

  private ParentWatch() {}

  /**
   * Starts to watch.
   *
   * @param input standard input, a pipe that the parent holds the other end of: it ends with it
   */
  public static void start(InputStream input) {
    daemon(
        "parent-watch",
        () -> {
          awaitEnd(input);
          daemon("parent-grace", ParentWatch::haltLater);
          System.exit(0);
        });
  }

  private static void awaitEnd(InputStream input) {
    try {
      input.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // as good as the end
    }
  }

  private static void haltLater() {
    try {
      Thread.sleep(GRACE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(1);
  }

  private static void daemon(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }
}
