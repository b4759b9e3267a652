package io.streamdistill.student;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.kafka.LostRecords;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.kafka.StartUp;
import io.streamdistill.observe.Health;
import io.streamdistill.observe.Meters;
import io.streamdistill.observe.ObserveServer;
import io.streamdistill.records.Task;
import io.streamdistill.student.learning.DivergenceException;
import io.streamdistill.student.publish.Perseverance;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.source.PassConfig.WhenDone;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The student-trainer, put together: resumes the student from its newest checkpoint, trains it on
 * the soft-target topic, publishes checkpoints, and serves metrics and health.
 */
public final class TrainerService implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TrainerService.class);

  private static final long LOOK_MILLIS = 500;

  private final StudentConfig config;
  private final Closers closers;
  private final ObserveServer server;
  private final TrainerLife life = new TrainerLife();
  private final StartUp startUp;
  private final Readiness readiness;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();

  private TrainerService(
      StudentConfig config, Closers closers, Cluster cluster, PrometheusMeterRegistry registry) {
    this.config = config;
    this.closers = closers;
    this.startUp =
        new StartUp(
            cluster.kafka(),
            new StartUp.Limit(config.limits().maxOutage(), "student.limits.max-outage"),
            Readiness::isStoreAway,
            this::isClosing);
    this.readiness = new Readiness(startUp, life);
    this.thread = new Thread(this::train, "student-" + config.name());
    life.bindTo(registry);
    Health health = new Health();
    health.liveness("training", this::ended);
    health.readiness("training", this::ended);
    readiness.addTo(health);
    this.server = TrainerFront.open(config, cluster, registry, health, closers);
  }

  /**
   * Starts training in the background. While broker or store are away, it waits for them, and its
   * health says so.
   *
   * @throws io.streamdistill.config.ConfigException when the configuration cannot be used
   * @throws StudentException when the student cannot be resumed, or another trainer holds it
   * @throws io.streamdistill.kafka.LostRecordsException when the log is not what it was
   */
  public static TrainerService start(StudentConfig config, Cluster cluster, Task task) {
    Closers closers = new Closers();
    try {
      TrainerService service = compose(config, cluster, task, closers);
      service.thread.start();
      return service;
    } catch (RuntimeException e) {
      closers.close();
      throw e;
    }
  }

  private static TrainerService compose(
      StudentConfig config, Cluster cluster, Task task, Closers closers) {
    ConfiguredStudent student = ConfiguredStudent.of(config, task);
    PrometheusMeterRegistry registry = Meters.create("student-trainer", "student", config.name());
    closers.add(registry::close);
    TrainerService service = new TrainerService(config, closers, cluster, registry);
    Instruments instruments = Instruments.of(registry, config);
    service.startUp.await(
        () -> {
          service.begin(student, cluster, instruments);
          return service;
        });
    return service;
  }

  /** What a try that fails has opened is closed again. */
  private void begin(ConfiguredStudent student, Cluster cluster, Instruments instruments) {
    Closers opened = new Closers();
    try {
      TrainerAssembly assembly = new TrainerAssembly(student, cluster, instruments, opened);
      StudentStart start = assembly.start(id -> true);
      closers.add(opened);
      life.begin(assembly, start);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private void train() {
    try {
      boolean over = trained();
      if (over) {
        life.end();
        Progress progress = progress();
        log.info(
            "student {} is done: {} passes, {} steps, {} examples seen; it is {}",
            config.name(),
            progress.position().pass(),
            progress.step(),
            progress.examplesSeen(),
            life.learning().label());
        if (config.log().whenDone() == WhenDone.STAY) {
          closing.await();
        }
      }
      outcome.complete(over);
    } catch (Throwable e) { // an OutOfMemoryError has to end the service too
      outcome.completeExceptionally(e);
    }
  }

  /** Returns whether the passes are over. */
  private boolean trained() {
    TrainerAssembly assembly = life.assembly().orElseThrow();
    Recoveries recoveries = new Recoveries(assembly.config(), assembly::start);
    StudentScales known = null;
    while (!config.log().completedBy(progress().position())) {
      StudentStart ready = assembly.ready(life.start(), known, this::isClosing);
      if (ready == null || ready.ready() == null) {
        log.info("stopped before the first step; there is nothing to publish");
        return false;
      }
      known = ready.ready().scales();
      Training now = startUp.await(() -> assembly.training(ready));
      life.learn(now);
      if (isClosing()) {
        now.loop().stop();
      }
      try {
        return now.loop().run();
      } catch (DivergenceException e) {
        now.publisher().close();
        life.begin(assembly, startUp.await(() -> recoveries.after(ready, e)));
      } catch (LostRecordsException e) {
        now.publisher().close();
        life.begin(assembly, startUp.await(() -> inAnotherLog(assembly, e)));
      }
    }
    return true;
  }

  /** The weights of the last checkpoint are gone on with, if that is configured. */
  private StudentStart inAnotherLog(TrainerAssembly assembly, LostRecordsException e) {
    boolean another = e.lost().stream().allMatch(lost -> lost.how() == LostRecords.How.RECREATED);
    if (!another || config.onLostRecords() == OnLostRecords.STOP) {
      throw e;
    }
    return assembly.start(id -> true);
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private Optional<String> ended() {
    return outcome.isCompletedExceptionally()
        ? Optional.of("training ended with an error; see the log")
        : Optional.empty();
  }

  /** Port of metrics and health. */
  public int httpPort() {
    return server.port();
  }

  /** How far training has come. */
  public Progress progress() {
    return life.progress();
  }

  /**
   * Waits until training ends, and, when it is to {@linkplain WhenDone#STAY stay}, is closed.
   *
   * @return whether the passes are over, rather than {@link #close} called
   * @throws StudentException when training could not go on
   */
  public boolean awaitEnd() throws InterruptedException {
    try {
      return outcome.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new StudentException("training ended with " + e.getCause(), e.getCause());
    }
  }

  /** As a kill does: ends now, and publishes nothing that was trained since the last checkpoint. */
  void abandon() {
    closing.countDown();
    life.training().ifPresent(now -> now.loop().abandon());
    close();
  }

  /**
   * A store that is slow is waited for; one that is away is given up, before a supervisor kills.
   */
  private void awaitLastCheckpoint() throws InterruptedException {
    long begun = System.nanoTime();
    while (thread.isAlive()) {
      thread.join(LOOK_MILLIS);
      boolean late = System.nanoTime() - begun > Perseverance.HURRY.toNanos();
      if (late && readiness.isAway()) {
        life.training().ifPresent(now -> now.publisher().giveUp());
      }
    }
  }

  /** Stops after the present batch, publishes the last state, and closes everything. */
  @Override
  public void close() {
    closing.countDown();
    life.training().ifPresent(now -> now.loop().stop());
    try {
      awaitLastCheckpoint();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closers.close();
  }
}
