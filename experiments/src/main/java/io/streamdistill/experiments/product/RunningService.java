package io.streamdistill.experiments.product;

import io.streamdistill.experiments.defaults.Product.Service;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A service that is waited for in a thread of its own, so that its end can be asked for. */
final class RunningService implements Service {

  /** What waits for the end of a service. */
  @FunctionalInterface
  interface End {
    /** Throws what ended the service, if that was an error. */
    void await() throws InterruptedException;
  }

  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private final Runnable closing;

  RunningService(String name, End end, Runnable closing) {
    this.closing = closing;
    Thread waiter = new Thread(() -> await(end), "end-of-" + name);
    waiter.setDaemon(true);
    waiter.start();
  }

  private void await(End over) {
    try {
      over.await();
      end.complete(null);
    } catch (Throwable e) {
      end.completeExceptionally(e);
    }
  }

  @Override
  public boolean hasEnded() {
    return end.isDone();
  }

  @Override
  public void awaitEnd() throws InterruptedException {
    try {
      end.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof InterruptedException interruption) {
        throw interruption;
      }
      throw new IllegalStateException("the service ended with " + e.getCause(), e.getCause());
    }
  }

  @Override
  public void close() {
    closing.run();
  }
}
