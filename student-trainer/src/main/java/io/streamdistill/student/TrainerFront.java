package io.streamdistill.student;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.checkpoints.store.CheckpointShelf;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.observe.Health;
import io.streamdistill.observe.ObserveServer;
import io.streamdistill.observe.Routes;
import io.streamdistill.observe.serve.CheckpointRoutes;
import java.time.Duration;

/** What a trainer shows over HTTP: metrics, health, and its checkpoints. */
final class TrainerFront {

  /** How long someone who asks for a checkpoint waits for a broker that is away. */
  private static final Duration READER_PATIENCE = Duration.ofSeconds(5);

  /** How old a list of checkpoints may be, which bounds what readers cost. */
  private static final Duration LISTING_AGE = Duration.ofSeconds(1);

  private TrainerFront() {}

  /** Opens it; it is closed by {@code closers}. */
  static ObserveServer open(
      StudentConfig config,
      Cluster cluster,
      PrometheusMeterRegistry registry,
      Health health,
      Closers closers) {
    return closers.add(
        ObserveServer.start(config.http(), registry, health, routes(config, cluster, closers)));
  }

  /** Has stores of its own: a reader never makes a publication wait. */
  private static Routes[] routes(StudentConfig config, Cluster cluster, Closers closers) {
    if (!config.checkpoint().serve()) {
      return new Routes[0];
    }
    CheckpointShelf shelf =
        new CheckpointShelf(
            new CheckpointStores(cluster, READER_PATIENCE),
            config.name(),
            config.checkpoint().workDir().resolve("served"),
            LISTING_AGE);
    return new Routes[] {closers.add(new CheckpointRoutes(shelf))};
  }
}
