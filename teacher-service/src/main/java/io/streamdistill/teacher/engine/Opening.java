package io.streamdistill.teacher.engine;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens models and tries them on a thread of its own, since they may take long, or hang. Says now
 * and then what is run and for how long, and ends a run that takes longer than a batch may.
 * Thread-safe.
 */
public final class Opening {

  private static final Logger log = LoggerFactory.getLogger(Opening.class);

  /** Of {@code hang-after}: a run that was told to give up, and has not by then, never will. */
  private static final double GIVES_UP = 1.5;

  private static final long LOOK_MILLIS = 100;
  private static final Duration FIRST_LINE = Duration.ofSeconds(10);

  /** Something that is done. */
  @FunctionalInterface
  public interface Work<T, E extends Exception> {

    /** Does it. */
    T run() throws E;
  }

  /** Something that is under way. */
  private final class Step {
    private final String what;
    private final @Nullable Runnable interrupt; // null: nothing ends it
    private final long since = nanoTime.getAsLong();

    private Step(String what, @Nullable Runnable interrupt) {
      this.what = what;
      this.interrupt = interrupt;
    }

    private Duration age() {
      return Duration.ofNanos(nanoTime.getAsLong() - since);
    }
  }

  private final Duration hangAfter;
  private final LongSupplier nanoTime;
  private volatile @Nullable Step step;
  private volatile @Nullable String hung; // what was told to give up
  private Duration nextLine = FIRST_LINE;
  private @Nullable Step said;

  /**
   * Creates it.
   *
   * @param hangAfter how long one run of a model may take
   */
  public Opening(Duration hangAfter, LongSupplier nanoTime) {
    this.hangAfter = hangAfter;
    this.nanoTime = nanoTime;
  }

  /** One that nobody looks at, for commands that a person waits for. */
  public static Opening unminded() {
    return new Opening(Duration.ofDays(1), System::nanoTime);
  }

  /** A model is loaded, or a server connected with: nothing ends it. */
  public <T, E extends Exception> T loads(String model, Work<T, E> work) throws E {
    return during(new Step("%s is loaded".formatted(model), null), work);
  }

  /**
   * A model is run on random features.
   *
   * @param interrupt ends the run, from another thread; what it ends with is a {@link
   *     HungException}
   */
  public <T, E extends Exception> T tries(
      String model, int rows, Runnable interrupt, Work<T, E> work) throws E {
    String what = rows == 1 ? "a row" : rows + " rows";
    return during(
        new Step("%s is tried on %s of random features".formatted(model, what), interrupt), work);
  }

  private <T, E extends Exception> T during(Step now, Work<T, E> work) throws E {
    step = now;
    try {
      return work.run();
    } finally {
      step = null;
    }
  }

  /**
   * Does the work, on another thread.
   *
   * @param engine knows that the thread is inside of native code
   * @throws HungException when a run of a model takes longer than it may
   */
  public <T> T run(EngineWatch engine, Supplier<T> work) {
    FutureTask<T> task = new FutureTask<>(() -> engine.opening(work));
    Thread thread = new Thread(task, "teacher-models");
    thread.setDaemon(true);
    thread.start();
    while (true) {
      try {
        return task.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        look();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TeacherException("interrupted while models were tried", e);
      } catch (ExecutionException e) {
        throw failed(Objects.requireNonNullElse(e.getCause(), e));
      }
    }
  }

  private RuntimeException failed(Throwable cause) {
    String what = hung;
    if (cause instanceof HungException && what != null) {
      return new HungException(what, cause);
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException failure
        ? failure
        : new TeacherException("the models could not be opened: " + cause, cause);
  }

  /** Says what takes long, and ends what hangs. */
  void look() {
    Step now = step;
    if (now == null) {
      return;
    }
    Duration age = now.age();
    if (now.interrupt != null && age.compareTo(hangAfter) > 0) {
      String what =
          "%s, and gave no answer within %d s: it hangs, or is slow. Check the model, lower teacher.batch-size, or raise teacher.limits.hang-after"
              .formatted(now.what, hangAfter.toSeconds());
      hung = what;
      now.interrupt.run();
      if (age.toNanos() > GIVES_UP * hangAfter.toNanos()) {
        throw new HungException(what + "; it does not give up", null);
      }
      return;
    }
    if (now != said) {
      said = now;
      nextLine = FIRST_LINE;
    }
    if (age.compareTo(nextLine) >= 0) {
      log.warn("{}", described(now));
      nextLine = nextLine.multipliedBy(2);
    }
  }

  private String described(Step now) {
    String soFar = "%s, for %d s so far".formatted(now.what, now.age().toSeconds());
    return now.interrupt == null
        ? soFar
        : "%s; it counts as hung after %d s (teacher.limits.hang-after)"
            .formatted(soFar, hangAfter.toSeconds());
  }

  /** What is under way, in one line; empty when nothing is. */
  public Optional<String> problem() {
    return Optional.ofNullable(step).map(this::described);
  }
}
