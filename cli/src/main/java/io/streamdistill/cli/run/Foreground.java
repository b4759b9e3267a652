package io.streamdistill.cli.run;

import io.streamdistill.cli.failure.OutputLostException;
import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

  private static final Logger log = LoggerFactory.getLogger(Foreground.class);

  /** Exit codes of processes that a signal ended are this and its number. */
  private static final int SIGNALLED = 128;

  private Foreground() {}

  /** Says a line. A service goes on, even if nobody can hear it any more. */
  static void say(PrintWriter out, String line) {
    try {
      out.println(line);
      out.flush();
    } catch (OutputLostException e) {
      log.warn("{}: {}", line, e.getMessage());
    }
  }

  /** Where a service is found; an IPv6 address stands in brackets. */
  static String url(String host, int port) {
    return "http://%s:%d/".formatted(host.contains(":") ? "[" + host + "]" : host, port);
  }

  /**
   * Waits for the end.
   *
   * @param closing closes the service; called by Ctrl-C and SIGTERM, too
   * @return the exit code of the command
   */
  static int run(Closing closing, End end) throws InterruptedException {
    Once once = new Once(closing);
    AtomicInteger exitCode = new AtomicInteger();
    // Shutdown hooks run all at once, and in one of them ONNX Runtime frees itself, while the last
    // batch may still be scored and the last checkpoint proven. So the service is closed before.
    Signals.handle(
        number -> {
          exitCode.compareAndSet(ExitCode.OK, SIGNALLED + number);
          once.close();
          System.exit(exitCode.get());
        });
    Runtime.getRuntime().addShutdownHook(new Thread(once::close, "close-service"));
    try {
      boolean well = end.await();
      exitCode.compareAndSet(ExitCode.OK, well ? ExitCode.OK : ExitCode.SOFTWARE);
      return exitCode.get();
    } finally {
      once.close();
    }
  }

  /** Closes once; whoever comes second waits for the first. */
  private static final class Once {

    private final Closing closing;
    private boolean closed;

    Once(Closing closing) {
      this.closing = closing;
    }

    synchronized void close() {
      if (!closed) {
        closed = true;
        closing.close();
      }
    }
  }
}
