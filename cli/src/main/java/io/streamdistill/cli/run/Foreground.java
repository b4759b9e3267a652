package io.streamdistill.cli.run;

import io.streamdistill.cli.failure.OutputLostException;
import io.streamdistill.exit.ExitStatus;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  /** A service that is started, and ends in its own way. */
  interface Service {
    /** Waits for its end. */
    ExitStatus await() throws InterruptedException;

    /** Ends it. */
    void close();

    /** Whether the JVM must be halted, without its shutdown hooks, once the service is closed. */
    boolean mustHalt();
  }

  private static final Logger log = LoggerFactory.getLogger(Foreground.class);

  /** Exit codes of processes that a signal ended are this and its number. */
  private static final int SIGNALLED = 128;

  /** Longest wait for what a closed service says about its end. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

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
    return run(
        () ->
            new Service() {
              @Override
              public ExitStatus await() throws InterruptedException {
                return end.await() ? ExitStatus.OK : ExitStatus.FAILURE;
              }

              @Override
              public void close() {
                closing.close();
              }

              @Override
              public boolean mustHalt() {
                return false;
              }
            },
        Foreground::halt);
  }

  /**
   * Starts a service and waits for its end. A signal during the start halts the JVM: there is
   * nothing to close yet, and native code may be at work.
   *
   * @return the exit code of the command
   */
  static int run(Supplier<Service> start) throws InterruptedException {
    return run(start, Foreground::halt);
  }

  static int run(Supplier<Service> start, IntConsumer halt) throws InterruptedException {
    return run(start, halt, Signals::handle);
  }

  /**
   * A signal decides the exit code, whatever the service says about its end. What it says is a line
   * of the log, which comes before the JVM ends.
   *
   * @param signals told what to do with the number of a signal
   */
  static int run(Supplier<Service> start, IntConsumer halt, Consumer<IntConsumer> signals)
      throws InterruptedException {
    AtomicInteger exitCode = new AtomicInteger();
    AtomicReference<@Nullable Once> started = new AtomicReference<>();
    CountDownLatch said = new CountDownLatch(1);
    // Shutdown hooks run all at once, and in one of them ONNX Runtime frees itself, while the last
    // batch may still be scored and the last checkpoint proven. So the service is closed before.
    signals.accept(
        number -> {
          Once running = started.get();
          boolean first = exitCode.compareAndSet(ExitStatus.OK.code(), SIGNALLED + number);
          if (!first && exitCode.get() < SIGNALLED) {
            return; // it ends already, and says why
          }
          boolean mustHalt = running == null || running.closeAndAsk();
          if (running != null && first) {
            await(said);
          }
          if (mustHalt) {
            halt.accept(exitCode.get());
          } else {
            System.exit(exitCode.get());
          }
        });
    Service service = start.get();
    Once once = new Once(service);
    started.set(once);
    Runtime.getRuntime().addShutdownHook(new Thread(once::close, "close-service"));
    try {
      exitCode.compareAndSet(ExitStatus.OK.code(), service.await().code());
    } catch (RuntimeException e) {
      if (!exitCode.compareAndSet(ExitStatus.OK.code(), ExitStatus.of(e).code())) {
        log.error("Ended by a signal, exit code {}: {}", exitCode.get(), e.getMessage());
        log.debug("What failed meanwhile", e);
        return exitCode.get();
      }
      throw e;
    } finally {
      said.countDown();
      if (once.closeAndAsk()) {
        halt.accept(exitCode.get());
      }
    }
    return exitCode.get();
  }

  private static void await(CountDownLatch said) {
    try {
      boolean unused = said.await(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void halt(int code) {
    System.out.flush();
    System.err.flush();
    Runtime.getRuntime().halt(code);
  }

  /** Closes once; whoever comes second waits for the first. */
  private static final class Once {

    private final Service service;
    private boolean closed;

    Once(Service service) {
      this.service = service;
    }

    synchronized void close() {
      if (!closed) {
        closed = true;
        service.close();
      }
    }

    /** Returns whether the JVM must be halted. */
    boolean closeAndAsk() {
      close();
      return service.mustHalt();
    }
  }
}
