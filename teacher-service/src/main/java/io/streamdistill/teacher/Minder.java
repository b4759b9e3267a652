package io.streamdistill.teacher;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.BrokerException;
import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.teacher.engine.EngineWatch;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.topology.Flow;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread of its own that looks after the others every second: whether a batch hangs, whether
 * Kafka is away for too long, whether stream threads are missing, and whether a hold is over.
 */
final class Minder implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Minder.class);

  private static final long EVERY_MILLIS = 1000;
  private static final int HOLD_LOOK_EVERY = 5; // seconds
  private static final int THREADS_MISSING = 10; // seconds

  /** Of the time after which a batch counts as hung, after which the process ends. */
  private static final double HUNG = 1.5;

  private final TeacherConfig config;
  private final KafkaStreams streams;
  private final Teacher teacher;
  private final EngineWatch engine;
  private final Flow flow;
  private final TopicWatch watch;
  private final HoldLook holdLook;
  private final String servers;
  private final BiConsumer<ExitStatus, String> stop;
  private final Thread thread = new Thread(this::run, "teacher-minder");
  private int seconds;
  private int threadsMissing;
  private boolean slow;
  private volatile boolean closed;

  Minder(
      TeacherConfig config,
      KafkaStreams streams,
      Teacher teacher,
      EngineWatch engine,
      Flow flow,
      TopicWatch watch,
      HoldLook holdLook,
      String servers,
      BiConsumer<ExitStatus, String> stop) {
    this.config = config;
    this.streams = streams;
    this.teacher = teacher;
    this.engine = engine;
    this.flow = flow;
    this.watch = watch;
    this.holdLook = holdLook;
    this.servers = servers;
    this.stop = stop;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!closed) {
      try {
        Thread.sleep(EVERY_MILLIS);
        look();
      } catch (InterruptedException e) {
        return; // closed
      } catch (BrokerException | KafkaException e) {
        log.debug("Kafka did not answer", e);
      } catch (RuntimeException e) {
        log.warn("Looking after the teacher failed; it goes on", e);
      }
    }
  }

  private void look() {
    lookAtEngine();
    lookAtOutage();
    lookAtThreads();
    if (++seconds % HOLD_LOOK_EVERY == 0) {
      holdLook.look();
    }
  }

  private void lookAtEngine() {
    engine
        .problem(HUNG)
        .ifPresent(
            problem ->
                stop.accept(
                    ExitStatus.HUNG,
                    "%s, and does not give up; it begins with %s; the process ends, since native code cannot be interrupted"
                        .formatted(problem, flow.waiting().described())));
    engine.hung().forEach(teacher::interrupt);
    boolean slowNow = engine.problem(1).isPresent();
    if (slowNow && !slow) {
      log.error("It hangs: {}; it is told to give up", engine.problem(1).orElse(""));
    }
    slow = slowNow;
  }

  private void lookAtOutage() {
    Duration most = config.limits().maxOutage();
    if (!most.isZero() && flow.outage().lasting().compareTo(most) > 0) {
      stop.accept(
          ExitStatus.OUTAGE,
          "%s; that is longer than teacher.limits.max-outage allows"
              .formatted(flow.outage().problem().orElse("the teacher was away")));
    }
    if (!most.isZero() && watch.silence().compareTo(most) > 0) {
      stop.accept(
          ExitStatus.OUTAGE,
          "Kafka at %s has not answered for %d s, longer than teacher.limits.max-outage allows"
              .formatted(servers, watch.silence().toSeconds()));
    }
  }

  /** One that could not be replaced, as while no host name resolves, is started now. */
  private void lookAtThreads() {
    State state = streams.state();
    long alive =
        streams.metadataForLocalThreads().stream()
            .filter(one -> !one.threadState().equals("DEAD"))
            .count();
    boolean missing = alive < config.streamThreads() && state.isRunningOrRebalancing();
    threadsMissing = missing ? threadsMissing + 1 : 0;
    if (threadsMissing >= THREADS_MISSING) {
      threadsMissing = 0;
      log.warn("{} of {} stream threads are alive", alive, config.streamThreads());
      streams.addStreamThread().ifPresent(name -> log.info("Thread {} was added", name));
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
