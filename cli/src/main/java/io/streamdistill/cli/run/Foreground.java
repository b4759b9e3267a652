package io.streamdistill.cli.run;

import picocli.CommandLine.ExitCode;

/** Runs a service in the foreground, and closes it once: when it ends, or when the JVM is to. */
final class Foreground {

  /** What a command waits for. */
  @FunctionalInterface
  interface End {
    /** Returns whether the service ended well. */
    boolean await() throws InterruptedException;
  }

  /** A service whose {@code close} throws nothing checked. */
  @FunctionalInterface
  interface Closing {
    void close();
  }

  private Foreground() {}

  /**
   * Waits for the end.
   *
   * @param closing closes the service; called by Ctrl-C and SIGTERM, too
   * @return the exit code of the command
   */
  static int run(Closing closing, End end) throws InterruptedException {
    Thread hook = new Thread(closing::close, "close-service");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return end.await() ? ExitCode.OK : ExitCode.SOFTWARE;
    } finally {
      if (removed(hook)) {
        closing.close();
      }
    }
  }

  /** Whether the hook will not run any more; when it runs already, closing is up to it. */
  private static boolean removed(Thread hook) {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) { // the JVM is shutting down
      return false;
    }
  }
}
