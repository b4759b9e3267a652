package io.streamdistill.teacher;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.streamdistill.exit.ExitStatus;
import io.streamdistill.observe.Lifecycle;
import io.streamdistill.teacher.engine.EngineWatch;
import io.streamdistill.teacher.engine.WatchedTeacher;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kafka Streams, whose threads are inside of the teacher at times. */
final class ScoringStreams {

  private static final Logger log = LoggerFactory.getLogger(ScoringStreams.class);

  /** For a batch to end, once the service is to. */
  private static final Duration LEAST_GRACE = Duration.ofSeconds(1);

  private final KafkaStreams streams;
  private final HoldingClients clients;
  private final WatchedTeacher teacher;
  private final KafkaStreamsMetrics metrics;

  ScoringStreams(
      KafkaStreams streams,
      HoldingClients clients,
      WatchedTeacher teacher,
      Lifecycle life,
      MeterRegistry registry) {
    this.streams = streams;
    this.clients = clients;
    this.teacher = teacher;
    this.metrics = new KafkaStreamsMetrics(streams);
    metrics.bindTo(registry);
    streams.setStateListener(
        (now, before) -> {
          if (now == State.ERROR) {
            life.accept(ExitStatus.FAILURE, "Kafka Streams has failed, see above");
          } else if (now == State.NOT_RUNNING) {
            life.accept(ExitStatus.FAILURE, "Kafka Streams has ended");
          }
        });
  }

  void start() {
    streams.start();
  }

  boolean isRunning() {
    return streams.state() == State.RUNNING;
  }

  /** Its state in one line, unless it runs. */
  Optional<String> problem() {
    return isRunning() ? Optional.empty() : Optional.of("Kafka Streams is " + streams.state());
  }

  /** Whether threads are missing, of {@code wanted}. */
  boolean misses(int wanted) {
    return alive() < wanted && streams.state().isRunningOrRebalancing();
  }

  /** Threads that live. */
  long alive() {
    return streams.metadataForLocalThreads().stream()
        .filter(one -> !one.threadState().equals("DEAD"))
        .count();
  }

  /** Adds a thread, if it still can be. */
  void addThread() {
    streams.addStreamThread().ifPresent(name -> log.info("Thread {} was added", name));
  }

  /**
   * Commits what is scored, and frees the models when no thread may be inside. A batch that takes
   * longer than others did is told to give up.
   *
   * @param hopeless whether a commit will not succeed: then nobody waits for it, and it is all done
   *     again later
   */
  void close(Duration patience, BooleanSupplier hopeless) {
    EngineWatch engine = teacher.watch();
    long end = System.nanoTime() + patience.toNanos();
    Duration batch = engine.slowest().multipliedBy(2).plus(LEAST_GRACE);
    boolean closed = streams.close(batch.compareTo(patience) < 0 ? batch : patience);
    while (!closed && System.nanoTime() < end) {
      if (engine.isBusy()) {
        engine.end();
        engine.scoring().forEach(teacher::interrupt);
      }
      if (hopeless.getAsBoolean()) {
        clients.giveUp();
      }
      closed = streams.close(LEAST_GRACE);
    }
    metrics.close();
    if (closed && !engine.isBusy()) {
      teacher.close();
    } else {
      log.warn("Kafka Streams did not close within {} ms", patience.toMillis());
    }
  }
}
