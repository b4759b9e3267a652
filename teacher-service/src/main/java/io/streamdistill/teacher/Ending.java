package io.streamdistill.teacher;

import io.streamdistill.exit.ExitStatus;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether and why the service ends: it is closed, or something in it ends it. What came first
 * counts, and only that is said. Thread-safe.
 */
final class Ending implements BiConsumer<ExitStatus, String> {

  private static final Logger log = LoggerFactory.getLogger(Ending.class);

  private record Failure(ExitStatus status, String why) {}

  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable Failure failure;
  private volatile boolean closing;

  /** Something ends the service. */
  @Override
  public void accept(ExitStatus status, String why) {
    synchronized (this) {
      if (isUnderWay()) {
        return;
      }
      failure = new Failure(status, why);
    }
    log.error("The teacher stops, exit code {}: {}", status.code(), why);
    stopped.countDown();
  }

  /** It ends before it has begun to score. */
  void say(RuntimeException failure) {
    log.error(
        "The teacher stops, exit code {}: {}", ExitStatus.of(failure).code(), failure.getMessage());
  }

  /** The service is closed; returns false when it was before. */
  synchronized boolean close() {
    boolean first = !closing;
    closing = true;
    return first;
  }

  /** Everything is closed. */
  void closed() {
    stopped.countDown();
  }

  boolean isClosing() {
    return closing;
  }

  /** Whether something has ended the service. */
  boolean isFailure() {
    return failure != null;
  }

  /** Whether nothing needs to be begun any more. */
  boolean isUnderWay() {
    return closing || failure != null;
  }

  /** Whether it has been closed, or something has ended it. */
  boolean isOver() {
    return stopped.getCount() == 0;
  }

  /** How the process is to end; {@link ExitStatus#OK} after it was closed. */
  ExitStatus await() throws InterruptedException {
    stopped.await();
    Failure found = failure;
    return found == null ? ExitStatus.OK : found.status();
  }

  /** What has ended the service, in one line. */
  Optional<String> problem() {
    return Optional.ofNullable(failure).map(found -> "it has stopped: " + found.why());
  }
}
