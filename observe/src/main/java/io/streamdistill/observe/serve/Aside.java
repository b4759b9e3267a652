package io.streamdistill.observe.serve;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.streamdistill.checkpoints.format.CheckpointException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests on threads of its own, so that those of the server stay free: some look up what
 * is asked for, which may wait for Kafka or a store, others wait for slow readers.
 */
final class Aside implements AutoCloseable {

  /** Requests that are looked up at a time; each may wait for Kafka or a store. */
  static final int THREADS = 8;

  /** Requests that are looked up, or wait for a thread that does. */
  static final int REQUESTS = 32;

  /** Answers at a time; each waits for its reader, who is given up when too slow. */
  static final int READERS = 256;

  private static final Logger LOG = LoggerFactory.getLogger(Aside.class);

  /** What is left to do once everything is looked up, as fast as the reader reads. */
  @FunctionalInterface
  interface Sending {
    void run() throws IOException;
  }

  static final CompletableFuture<Sending> NOTHING_TO_SEND =
      CompletableFuture.completedFuture(() -> {});

  /** Looks an answer up; what has to be fetched first comes later. */
  @FunctionalInterface
  interface Lookup {
    CompletableFuture<Sending> of(Context context);
  }

  private final Semaphore requests = new Semaphore(REQUESTS);
  private final Semaphore readers = new Semaphore(READERS);
  private final ExecutorService lookups =
      Executors.newFixedThreadPool(THREADS, daemons("checkpoints-http"));
  private final ExecutorService sending =
      Executors.newCachedThreadPool(daemons("checkpoints-http-send"));

  private static ThreadFactory daemons(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Answers, unless too much is being answered already. */
  void answer(Context context, Lookup lookup) {
    if (!readers.tryAcquire()) {
      Problems.unavailable(
          context, READERS + " requests for checkpoints are being answered already, no more");
      return;
    }
    if (!requests.tryAcquire()) {
      readers.release();
      Problems.unavailable(
          context, REQUESTS + " requests for checkpoints are being looked up already, no more");
      return;
    }
    CompletableFuture<Void> answer = new CompletableFuture<>();
    Runnable answered =
        () -> {
          try {
            answer.complete(null); // which sends what is left to send
          } finally {
            readers.release();
          }
        };
    try {
      lookups.execute(() -> answer(context, lookup, answered));
    } catch (RuntimeException e) { // the trainer ends
      requests.release();
      readers.release();
      throw e;
    }
    context.future(() -> answer);
  }

  private void answer(Context context, Lookup lookup, Runnable answered) {
    CompletableFuture<Sending> found;
    try {
      found = lookup.of(context);
    } catch (RuntimeException e) {
      found = CompletableFuture.failedFuture(e);
    } finally {
      requests.release();
    }
    var unused =
        found.whenComplete(
            (rest, failure) -> {
              try {
                sending.execute(() -> send(context, rest, failure, answered));
              } catch (RejectedExecutionException e) { // the trainer ends
                answered.run();
              }
            });
  }

  private void send(
      Context context, @Nullable Sending rest, @Nullable Throwable failure, Runnable answered) {
    try {
      if (rest != null) {
        rest.run();
      } else {
        failed(context, failure instanceof CompletionException ? failure.getCause() : failure);
      }
    } catch (IOException | RuntimeException e) {
      failed(context, e);
    } finally {
      answered.run();
    }
  }

  private static void failed(Context context, @Nullable Throwable failure) {
    if (failure instanceof CheckpointException) {
      LOG.warn("{} was not answered: {}", context.path(), failure.getMessage());
      Problems.unavailable(context, String.valueOf(failure.getMessage()));
    } else if (failure instanceof IOException) {
      LOG.debug(
          "{} was not answered whole: the reader is gone, or {}", context.path(), failure, failure);
    } else {
      LOG.error("{} was not answered", context.path(), failure);
      if (!context.res().isCommitted()) {
        Problems.fail(
            context,
            HttpStatus.INTERNAL_SERVER_ERROR,
            String.valueOf(failure),
            "see the trainer's log");
      }
    }
  }

  @Override
  public void close() {
    lookups.shutdownNow();
    sending.shutdownNow();
  }
}
