package io.streamdistill.teacher;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.teacher.engine.EngineWatch;
import io.streamdistill.teacher.engine.WatchedTeacher;
import io.streamdistill.teacher.topology.TeacherOutage;
import io.streamdistill.teacher.topology.WaitingOffsets;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the {@link Minder} looks at every second, apart from a hold. */
final class Looks {

  private static final Logger log = LoggerFactory.getLogger(Looks.class);

  /** Of the time after which a batch counts as hung, after which the process ends. */
  private static final double HUNG = 1.5;

  private static final int THREADS_MISSING = 10; // seconds

  private Looks() {}

  /** Tells a batch that hangs to give up, and ends the process when it does not. */
  static Runnable atEngine(
      WatchedTeacher teacher, WaitingOffsets waiting, BiConsumer<ExitStatus, String> stop) {
    EngineWatch engine = teacher.watch();
    return new Runnable() {
      private boolean slow;

      @Override
      public void run() {
        engine
            .problem(HUNG)
            .ifPresent(
                problem ->
                    stop.accept(
                        ExitStatus.HUNG,
                        "%s, and does not give up; it begins with %s; the process ends, since native code cannot be interrupted"
                            .formatted(problem, waiting.described())));
        engine.hung().forEach(teacher::interrupt);
        boolean slowNow = engine.problem(1).isPresent();
        if (slowNow && !slow) {
          log.error("It hangs: {}; it is told to give up", engine.problem(1).orElse(""));
        }
        slow = slowNow;
      }
    };
  }

  /**
   * Ends the process when Kafka or the teacher is away for too long.
   *
   * @param most how long either may be; 0 for ever
   */
  static Runnable atOutages(
      Duration most,
      TopicWatch watch,
      String servers,
      TeacherOutage teacher,
      BiConsumer<ExitStatus, String> stop) {
    return () -> {
      if (!most.isZero() && watch.silence().compareTo(most) > 0) {
        stop.accept(
            ExitStatus.OUTAGE,
            "Kafka at %s has not answered for %d s, longer than teacher.limits.max-outage allows"
                .formatted(servers, watch.silence().toSeconds()));
      }
      if (!most.isZero() && teacher.lasting().compareTo(most) > 0) {
        stop.accept(
            ExitStatus.OUTAGE,
            "%s; that is longer than teacher.limits.max-outage allows"
                .formatted(teacher.problem().orElse("the teacher was away")));
      }
    };
  }

  /** Starts a thread that could not be replaced, as while no host name resolves. */
  static Runnable atThreads(ScoringStreams streams, int wanted) {
    return new Runnable() {
      private int missing;

      @Override
      public void run() {
        missing = streams.misses(wanted) ? missing + 1 : 0;
        if (missing >= THREADS_MISSING) {
          missing = 0;
          log.warn("{} of {} stream threads are alive", streams.alive(), wanted);
          streams.addThread();
        }
      }
    };
  }
}
