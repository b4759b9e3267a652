package io.streamdistill.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.streamdistill.exit.ExitStatus;
import io.streamdistill.outage.OutageException;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class ForegroundTest {

  private final AtomicInteger closed = new AtomicInteger();

  @Test
  void theEndClosesTheServiceOnceAndSetsTheExitCode() throws InterruptedException {
    assertThat(Foreground.run(closed::incrementAndGet, () -> true)).isZero();
    assertThat(Foreground.run(closed::incrementAndGet, () -> false)).isEqualTo(1);

    assertThat(closed).hasValue(2);
  }

  private Foreground.Service ending(ExitStatus status, boolean mustHalt) {
    return new Foreground.Service() {
      @Override
      public ExitStatus await() {
        return status;
      }

      @Override
      public void close() {
        closed.incrementAndGet();
      }

      @Override
      public boolean mustHalt() {
        return mustHalt;
      }
    };
  }

  @Test
  void aServiceEndsWithItsOwnStatus() throws InterruptedException {
    assertThat(Foreground.run(() -> ending(ExitStatus.LOST_RECORDS, false))).isEqualTo(4);

    assertThat(closed).hasValue(1);
  }

  /** Shutdown hooks would free the memory of native code that still runs. */
  @Test
  void theJvmIsHaltedWhenAThreadIsInsideNativeCode() throws InterruptedException {
    AtomicInteger halted = new AtomicInteger();

    int code = Foreground.run(() -> ending(ExitStatus.HUNG, true), halted::set);

    assertThat(code).isEqualTo(8);
    assertThat(halted).hasValue(8);
    assertThat(closed).hasValue(1);
  }

  /** It was 143 without a word, 143 with an error, or the error's own code, by chance. */
  @Test
  void aSignalDecidesTheExitCodeAndTheFailureIsALine() throws InterruptedException {
    AtomicReference<IntConsumer> signal = new AtomicReference<>();
    AtomicInteger halted = new AtomicInteger();
    CountDownLatch isClosed = new CountDownLatch(1);
    Foreground.Service service =
        new Foreground.Service() {
          @Override
          public ExitStatus await() throws InterruptedException {
            new Thread(() -> Objects.requireNonNull(signal.get()).accept(15)).start();
            isClosed.await();
            throw new OutageException("the last checkpoint is not published", null);
          }

          @Override
          public void close() {
            closed.incrementAndGet();
            isClosed.countDown();
          }

          @Override
          public boolean mustHalt() {
            return true; // this JVM goes on
          }
        };

    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    Logger log = (Logger) LoggerFactory.getLogger(Foreground.class);
    log.addAppender(lines);
    int code = Foreground.run(() -> service, halted::set, signal::set);
    log.detachAppender(lines);

    assertThat(code).isEqualTo(143);
    await().untilAsserted(() -> assertThat(halted).hasValue(143)); // by the signal's own thread
    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("Ended by a signal, exit code 143: the last checkpoint is not published");
  }

  @Test
  void aFailureClosesTheServiceAndIsPassedOn() {
    assertThatThrownBy(
            () ->
                Foreground.run(
                    closed::incrementAndGet,
                    () -> {
                      throw new IllegalStateException("training diverged");
                    }))
        .hasMessage("training diverged");

    assertThat(closed).hasValue(1);
  }
}
