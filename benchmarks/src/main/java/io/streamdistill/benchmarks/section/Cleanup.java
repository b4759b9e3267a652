package io.streamdistill.benchmarks.section;

import java.util.ArrayDeque;
import java.util.Deque;

/** What is to be closed in the end, newest first: at the end of the run, or by Ctrl-C. */
public final class Cleanup implements AutoCloseable {

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Thread hook = new Thread(this::closeAll, "bench-cleanup");

  /** Starts to watch for the end of the JVM. */
  public Cleanup() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Closes {@code closeable} in the end, unless it is {@linkplain #release released} before. */
  public synchronized <T extends AutoCloseable> T add(T closeable) {
    open.push(closeable);
    return closeable;
  }

  /** Closes {@code closeable} now. */
  public void release(AutoCloseable closeable) {
    synchronized (this) {
      open.remove(closeable);
    }
    closeQuietly(closeable);
  }

  @Override
  public void close() {
    closeAll();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the JVM is ending: the hook finds nothing left to do
    }
  }

  private synchronized void closeAll() {
    while (!open.isEmpty()) {
      closeQuietly(open.pop());
    }
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) { // the others are to be closed all the same
      System.err.println("bench: could not close " + closeable + ": " + e);
    }
  }
}
