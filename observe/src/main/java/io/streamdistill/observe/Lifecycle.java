package io.streamdistill.observe;

import io.streamdistill.exit.ExitStatus;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a service: its {@link Phase}, and what has ended it. Of several ends, the first
 * counts, and only that is said. Thread-safe.
 */
public final class Lifecycle implements BiConsumer<ExitStatus, String> {

  private static final Logger log = LoggerFactory.getLogger(Lifecycle.class);

  private record Failure(ExitStatus status, String why) {}

  private final String service;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile Phase phase = Phase.STARTING;
  private volatile @Nullable Failure failure;

  /**
   * Begins one, in {@link Phase#STARTING}.
   *
   * @param service as the log calls it: {@code The teacher}
   */
  public Lifecycle(String service) {
    this.service = service;
  }

  /** Where it is now. */
  public Phase phase() {
    return phase;
  }

  private void to(Phase next) {
    if (!phase.next().contains(next)) {
      throw new IllegalStateException("%s is %s, and cannot be %s".formatted(service, phase, next));
    }
    log.debug("{} is {}, after {}", service, next, phase);
    phase = next;
  }

  /**
   * It has found what it needs, and begins its work.
   *
   * @return false when its end has come meanwhile
   * @throws IllegalStateException when it runs already
   */
  public synchronized boolean run() {
    if (isEnding()) {
      return false;
    }
    to(Phase.RUNNING);
    return true;
  }

  /** Something ends its work. What comes after that, or while it is closed, is not said. */
  @Override
  public void accept(ExitStatus status, String why) {
    synchronized (this) {
      if (isEnding()) {
        return;
      }
      to(Phase.FAILED);
      failure = new Failure(status, why);
    }
    say(status, why);
    over.countDown();
  }

  /** Its start has failed, and the process ends with that. */
  public void say(RuntimeException failure) {
    say(ExitStatus.of(failure), String.valueOf(failure.getMessage()));
  }

  private void say(ExitStatus status, String why) {
    log.error("{} stops, exit code {}: {}", service, status.code(), why);
  }

  /** It is to be closed; returns false when it was before, and nothing is left to do. */
  public synchronized boolean close() {
    if (phase == Phase.CLOSING || phase == Phase.CLOSED) {
      return false;
    }
    to(Phase.CLOSING);
    return true;
  }

  /**
   * Everything is closed.
   *
   * @throws IllegalStateException when nobody has asked for it
   */
  public synchronized void closed() {
    to(Phase.CLOSED);
    over.countDown();
  }

  /** Whether it is being closed, or has been. */
  public boolean isClosing() {
    return phase == Phase.CLOSING || phase == Phase.CLOSED;
  }

  /** Whether something has ended its work; also once it is closed. */
  public boolean isFailure() {
    return failure != null;
  }

  /** Whether nothing needs to be begun any more. */
  public boolean isEnding() {
    return phase == Phase.FAILED || isClosing();
  }

  /** Whether it has been closed, or something has ended it. */
  public boolean isOver() {
    return over.getCount() == 0;
  }

  /** Waits for its end; {@link ExitStatus#OK} after it was closed. */
  public ExitStatus await() throws InterruptedException {
    over.await();
    Failure found = failure;
    return found == null ? ExitStatus.OK : found.status();
  }

  /** What has ended its work, in one line. */
  public Optional<String> problem() {
    return Optional.ofNullable(failure).map(found -> "it has stopped: " + found.why());
  }
}
