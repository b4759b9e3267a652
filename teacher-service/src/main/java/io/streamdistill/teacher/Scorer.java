package io.streamdistill.teacher;

import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.observe.Lifecycle;
import io.streamdistill.teacher.engine.EngineWatch;
import io.streamdistill.teacher.topology.Flow;
import io.streamdistill.teacher.topology.ScoringMeters;
import java.time.Duration;
import java.util.Optional;

/** Everything that scores, put together, and what keeps it from that. */
final class Scorer {

  private static final Duration LOOK = Duration.ofSeconds(3);

  /** Silence of Kafka that is none of a slow moment. */
  private static final Duration SILENT = Duration.ofSeconds(9);

  /**
   * The cluster, as it is looked at.
   *
   * @param servers for messages
   */
  record Topics(TopicWatch watch, TopicsGuard guard, String servers) {}

  /**
   * What is measured of the work.
   *
   * @param linger longest wait for a batch to fill
   */
  record Work(
      Flow flow, ScoringMeters meters, Progress progress, EngineWatch engine, Duration linger) {}

  private final String version;
  private final ScoringStreams streams;
  private final Topics topics;
  private final Work work;
  private final Minder minder;
  private final Lifecycle life;

  Scorer(
      String version,
      ScoringStreams streams,
      Topics topics,
      Work work,
      Minder minder,
      Lifecycle life) {
    this.version = version;
    this.streams = streams;
    this.topics = topics;
    this.work = work;
    this.minder = minder;
    this.life = life;
  }

  void start() {
    streams.start();
    var unused = topics.watch().every(LOOK, topics.guard()::seen);
    minder.start();
  }

  /** Version that is put on the soft targets. */
  String version() {
    return version;
  }

  boolean isRunning() {
    return streams.isRunning();
  }

  Optional<String> streamsProblem() {
    return streams.problem();
  }

  Optional<String> kafkaProblem() {
    Duration silence = topics.watch().silence();
    return silence.compareTo(SILENT) < 0
        ? Optional.empty()
        : Optional.of(
            "Kafka at %s has not answered for %d s; the teacher waits for it"
                .formatted(topics.servers(), silence.toSeconds()));
  }

  Optional<String> topicsProblem() {
    return topics.guard().problem();
  }

  Optional<String> outageProblem() {
    return work.flow().outage().problem();
  }

  Optional<String> holdProblem() {
    return work.flow().gate().problem();
  }

  Optional<String> rejectionsProblem() {
    return work.meters().rejections().problem();
  }

  Optional<String> progressProblem() {
    return work.flow().gate().isHolding() || outageProblem().isPresent()
        ? Optional.empty()
        : work.progress().problem(work.engine().bound().plus(work.linger()));
  }

  /** Commits what is scored, and frees everything. */
  void close(Duration patience) {
    minder.close();
    streams.close(patience, () -> life.isFailure() || kafkaProblem().isPresent());
    topics.watch().close();
  }
}
