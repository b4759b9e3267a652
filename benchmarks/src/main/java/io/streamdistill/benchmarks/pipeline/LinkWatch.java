package io.streamdistill.benchmarks.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;

/** Notes when a symbolic link is switched to which version, to the millisecond. */
final class LinkWatch implements AutoCloseable {

  private static final long POLL_NANOS = 1_000_000;

  private final Path link;
  private final ConcurrentSkipListMap<String, Long> times = new ConcurrentSkipListMap<>();
  private final Thread thread = new Thread(this::watch, "link-watch");
  private volatile boolean stopped;

  private LinkWatch(Path link) {
    this.link = link;
  }

  /** Watches a link, which need not be there yet. */
  static LinkWatch of(Path link) {
    LinkWatch watch = new LinkWatch(link);
    watch.thread.setDaemon(true);
    watch.thread.start();
    return watch;
  }

  private void watch() {
    while (!stopped) {
      try {
        String version = String.valueOf(Files.readSymbolicLink(link).getFileName());
        times.putIfAbsent(version, System.currentTimeMillis());
      } catch (IOException e) {
        // not there yet
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Waits until the link has led to {@code version} or a newer one. */
  void await(String version, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (times.ceilingEntry(version) == null) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("%s is not %s after %s".formatted(link, version, patience));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** When the link first led to {@code version} or a newer one, in milliseconds since the epoch. */
  long reached(String version) {
    Map.Entry<String, Long> entry = times.ceilingEntry(version);
    if (entry == null) {
      throw new IllegalStateException("%s never was %s".formatted(link, version));
    }
    return entry.getValue();
  }

  /** How many versions it led to. */
  int versions() {
    return times.size();
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
