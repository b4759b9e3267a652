package io.streamdistill.teacher;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.exit.HasExitStatus;
import io.streamdistill.observe.Lifecycle;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.topology.Refusals;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of the service when one of its threads fails. Whatever another attempt may cure is
 * attempted again, from the last commit and for as long as it takes: nothing of a transaction that
 * failed was published.
 */
final class ThreadFailures implements StreamsUncaughtExceptionHandler {

  private static final Logger log = LoggerFactory.getLogger(ThreadFailures.class);

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final int MOST_DOUBLINGS = 6;

  /** Attempts at what is a fault of the program, without a commit between them. */
  private static final int ATTEMPTS = 5;

  private final Progress progress;
  private final Lifecycle life;
  private long commits = -1; // at the last failure
  private int inVain; // failures since the last commit
  private int faults; // of the program, among them

  /**
   * Creates the handler.
   *
   * @param life gets how the process is to end, and why in one line
   */
  ThreadFailures(Progress progress, Lifecycle life) {
    this.progress = progress;
    this.life = life;
  }

  @Override
  public StreamThreadExceptionResponse handle(Throwable failure) {
    if (life.isEnding()) { // whatever it is, nothing comes after it
      log.debug("A thread failed while the teacher ends", failure);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    int attempts = attempts();
    Throwable fatal = null;
    Throwable kafka = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      boolean denied =
          cause instanceof AuthorizationException || cause instanceof AuthenticationException;
      if (fatal == null
          && (cause instanceof HasExitStatus
              || cause instanceof TeacherException
              || cause instanceof Error
              || denied)) {
        fatal = cause;
      }
      if (kafka == null && isKafkas(cause)) {
        kafka = cause;
      }
      if (Refusals.isOfRecord(cause)) {
        log.warn(
            "A topic refused a record ({}). It is read again from the last commit, and goes to the"
                + " dead letters",
            cause.getMessage());
        return again(attempts);
      }
    }
    if (fatal != null) {
      return stop(fatal, failure);
    }
    if (kafka == null && faults() > ATTEMPTS) {
      life.accept(
          ExitStatus.FAILURE, "it failed again and again without a commit, at last: " + failure);
      log.error("A thread failed again and again", failure);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    if (kafka == null) {
      log.warn("A thread failed; another one starts from the last commit", failure);
    } else {
      log.warn(
          "A thread failed{}; another one starts from the last commit: {}",
          attempts == 1 ? "" : ", %d times without a commit between".formatted(attempts),
          kafka.toString());
      log.debug("What made the thread fail", failure);
    }
    return again(attempts);
  }

  private static boolean isKafkas(Throwable cause) {
    boolean wrapper = cause instanceof StreamsException && cause.getCause() != null;
    return cause instanceof MissingSourceTopicException
        || (cause instanceof KafkaException && !wrapper);
  }

  private synchronized int attempts() {
    long now = progress.commits();
    inVain = now == commits ? inVain + 1 : 1;
    faults = now == commits ? faults : 0;
    commits = now;
    return inVain;
  }

  private synchronized int faults() {
    return ++faults;
  }

  private StreamThreadExceptionResponse stop(Throwable fatal, Throwable failure) {
    if (fatal instanceof HasExitStatus known) {
      life.accept(known.exitStatus(), String.valueOf(fatal.getMessage()));
    } else if (fatal instanceof TeacherException) { // nothing of its batch was published
      life.accept(ExitStatus.TEACHER_FAILED, String.valueOf(fatal.getMessage()));
    } else if (fatal instanceof Error) {
      log.error("The JVM failed", failure);
      life.accept(ExitStatus.FAILURE, fatal.toString());
    } else {
      life.accept(
          ExitStatus.CONFIGURATION,
          "Kafka refuses: " + fatal.getMessage() + "; grant what is missing, or correct kafka");
    }
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  private static StreamThreadExceptionResponse again(int attempts) {
    long millis = FIRST_PAUSE_MILLIS << Math.min(attempts - 1, MOST_DOUBLINGS);
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(millis / 2, millis + 1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }
}
