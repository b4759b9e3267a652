package io.streamdistill.student.source;

import io.streamdistill.engine.RowBatch;
import io.streamdistill.student.StudentException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads, decodes and merges batches on a thread of its own while training goes on, at most {@link
 * #AHEAD} of them ahead. What is in which batch is the same as without it; batches that were read
 * and not trained on are read again after a restart, since their end was never committed.
 *
 * <p>From {@link #start} to {@link #close} the log belongs to that thread.
 */
public final class BatchPrefetcher implements AutoCloseable {

  /** Batches that are filled or being filled while another one is trained on. */
  static final int AHEAD = 2;

  /** How soon the thread notices that it is to end. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  /** A batch and its numbers, which stay where they are until it is {@link #recycle recycled}. */
  public static final class Prefetched {
    private final RowBatch rows;
    private @Nullable Batch batch;
    private @Nullable LogPosition nextPass;
    private boolean last;

    private Prefetched(RowBatch rows) {
      this.rows = rows;
    }

    /** Its numbers, in the memory of the engine that trains on them. */
    public RowBatch rows() {
      return rows;
    }

    /** What is in it. */
    public Batch batch() {
      if (batch == null) {
        throw new IllegalStateException("not filled");
      }
      return batch;
    }

    /** Where the next pass begins, when the batch is the last of its pass; else null. */
    public @Nullable LogPosition nextPass() {
      return nextPass;
    }

    /** Whether no batch comes after it. */
    public boolean last() {
      return last;
    }
  }

  private final SoftTargetLog log;
  private final BatchReader reader;
  private final BlockingQueue<Prefetched> free = new ArrayBlockingQueue<>(AHEAD + 1);
  private final BlockingQueue<Prefetched> filled = new ArrayBlockingQueue<>(AHEAD + 1);
  private final Thread thread = new Thread(this::run, "prefetch");
  private boolean rest; // the last batch is one that nothing would have completed
  private volatile boolean closing;
  private volatile @Nullable Throwable failure;

  /**
   * Allocates the batches.
   *
   * @param memory of one, of the student that is trained
   */
  public BatchPrefetcher(SoftTargetLog log, BatchReader reader, Supplier<RowBatch> memory) {
    this.log = log;
    this.reader = reader;
    for (int i = 0; i <= AHEAD; i++) {
      free.add(new Prefetched(memory.get()));
    }
    thread.setDaemon(true);
  }

  /** Starts reading. */
  public void start() {
    thread.start();
  }

  /**
   * Returns the next batch, or null when none is ready for a fraction of a second.
   *
   * @throws StudentException or another, when the log could not be read on
   */
  public @Nullable Prefetched next() {
    try {
      Prefetched next = filled.poll();
      if (next == null) {
        rethrow();
        next = filled.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StudentException("interrupted while waiting for a batch", e);
    }
  }

  /** Throws what ended the thread, once everything read before is trained on. */
  private void rethrow() {
    Throwable thrown = failure;
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    } else if (thrown instanceof Error error) {
      throw error;
    }
  }

  /** Gives a batch back to be filled again. */
  public void recycle(Prefetched batch) {
    free.add(batch);
  }

  private void run() {
    try {
      boolean more = true;
      while (more && !closing) {
        Prefetched next = free.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (next != null && fill(next)) {
          more = !next.last;
          filled.add(next);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) { // belongs to the thread that trains
      failure = e;
    }
  }

  /** Returns whether the batch is filled; false when there is no time left for it. */
  private boolean fill(Prefetched next) {
    while (!reader.fill(next.rows)) {
      if (closing) {
        rest = reader.keepsWaiting();
        if (!rest) {
          return false;
        }
        break;
      }
    }
    next.batch = reader.close();
    next.nextPass = null;
    next.last = false;
    if (log.passOver()) {
      next.last = !log.nextPass();
      next.nextPass = reader.position();
    }
    return true;
  }

  /**
   * Ends the thread, and returns what is to be trained on before the end: when examples wait for a
   * batch that the log cannot fill, they and what was read before them; otherwise nothing, and what
   * was read is read again after a restart.
   */
  public List<Prefetched> finish() {
    close();
    List<Prefetched> last = new ArrayList<>();
    if (rest) {
      filled.drainTo(last);
    }
    return last;
  }

  /** Ends the thread; the log is free again then. */
  @Override
  public void close() {
    closing = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
