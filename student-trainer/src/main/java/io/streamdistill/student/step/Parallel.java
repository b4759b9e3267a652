package io.streamdistill.student.step;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Shares out loops over elements that do not depend on each other, so that the cores which BLAS
 * uses for the products do not stand still between them. The result is the same, bit for bit, for
 * any number of threads. One loop at a time.
 */
final class Parallel implements AutoCloseable {

  /** Elements below which waking another thread costs more than it saves. */
  private static final int MIN_ELEMENTS = 100_000;

  /** A share of a loop. */
  @FunctionalInterface
  interface Share {

    /**
     * Runs the loop from {@code from} to {@code to}.
     *
     * @param part number of the share, to tell scratch space by, in [0, {@link #parts})
     */
    void run(int part, int from, int to);
  }

  private final int parts;
  private final ExecutorService others;

  /**
   * Creates the threads.
   *
   * @param threads at least 1, the calling one included
   */
  Parallel(int threads) {
    parts = threads;
    others =
        Executors.newFixedThreadPool(
            Math.max(1, threads - 1),
            work -> {
              Thread thread = new Thread(work, "student-elements");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Most shares of a loop. */
  int parts() {
    return parts;
  }

  /**
   * Runs a loop over {@code [0, count)}.
   *
   * @param elementsEach elements that one turn of the loop touches
   */
  void loop(int count, int elementsEach, Share share) {
    if (parts == 1 || (long) count * elementsEach < MIN_ELEMENTS) {
      share.run(0, 0, count);
      return;
    }
    List<Future<?>> running = new ArrayList<>(parts - 1);
    for (int part = 1; part < parts; part++) {
      int number = part;
      running.add(
          others.submit(() -> share.run(number, start(count, number), start(count, number + 1))));
    }
    share.run(0, 0, start(count, 1));
    running.forEach(Parallel::await);
  }

  private int start(int count, int part) {
    return (int) ((long) count * part / parts);
  }

  private static void await(Future<?> share) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          share.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true; // the other thread writes the same arrays: no way but to wait
        } catch (ExecutionException e) {
          throw new IllegalStateException("a share of a loop failed", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    others.shutdown();
  }
}
