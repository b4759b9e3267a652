package io.streamdistill.student;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.checkpoints.format.UnreachableException;
import io.streamdistill.checkpoints.store.CheckpointShelf;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.engine.StudentEngine;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.kafka.LostRecords;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.kafka.Outage;
import io.streamdistill.kafka.StartUp;
import io.streamdistill.kafka.StartUp.Limit;
import io.streamdistill.observe.Health;
import io.streamdistill.observe.Meters;
import io.streamdistill.observe.ObserveServer;
import io.streamdistill.observe.Routes;
import io.streamdistill.observe.serve.CheckpointRoutes;
import io.streamdistill.records.Task;
import io.streamdistill.student.learning.DivergenceException;
import io.streamdistill.student.learning.LearningState;
import io.streamdistill.student.publish.Perseverance;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.source.PassConfig.WhenDone;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The student-trainer, put together: resumes the student from its newest checkpoint, trains it on
 * the soft-target topic, publishes checkpoints, and serves metrics and health.
 */
public final class TrainerService implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TrainerService.class);

  /** How long someone who asks for a checkpoint waits for a broker that is away. */
  private static final Duration READER_PATIENCE = Duration.ofSeconds(5);

  /** How old a list of checkpoints may be, which bounds what readers cost. */
  private static final Duration LISTING_AGE = Duration.ofSeconds(1);

  private static final long LOOK_MILLIS = 500;

  private final StudentConfig config;
  private final Closers closers;
  private final ObserveServer server;
  private final StartUp startUp;
  private final Readiness readiness;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();
  private volatile @Nullable Begun begun; // null: it is starting
  private volatile @Nullable Training training; // null: the log is being measured

  /** The parts of a trainer that has found broker and store. */
  private record Begun(TrainerAssembly assembly, StudentStart start) {}

  private TrainerService(
      StudentConfig config,
      Cluster cluster,
      Closers closers,
      PrometheusMeterRegistry registry,
      Routes... routes) {
    this.config = config;
    this.closers = closers;
    this.startUp =
        new StartUp(
            cluster.kafka(),
            new Limit(config.limits().maxOutage(), "student.limits.max-outage"),
            TrainerService::isStoreAway,
            this::isClosing);
    this.readiness = new Readiness(startUp);
    this.thread = new Thread(this::train, "student-" + config.name());
    observe(registry);
    Health health = new Health();
    health.liveness("training", this::ended);
    health.readiness("training", this::ended);
    readiness.addTo(health);
    this.server = closers.add(ObserveServer.start(config.http(), registry, health, routes));
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
    StudentPlan plan = plan(config, task);
    PrometheusMeterRegistry registry = Meters.create("student-trainer", "student", config.name());
    closers.add(registry::close);
    TrainerService service =
        new TrainerService(config, cluster, closers, registry, routes(config, cluster, closers));
    Instruments instruments = Instruments.of(registry, config);
    service.begun =
        service.startUp.await(() -> begin(config, plan, cluster, task, instruments, closers));
    service.readiness.started(service.begun().assembly());
    return service;
  }

  /** A store that is away may be there in a moment. */
  private static boolean isStoreAway(RuntimeException failure) {
    boolean away = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      away |= cause instanceof UnreachableException || Outage.isBehind(cause);
    }
    return away && failure instanceof CheckpointException;
  }

  private static StudentPlan plan(StudentConfig config, Task task) {
    StudentSpec student = StudentNetwork.spec(config, task.features(), task.classes());
    StudentEngine engine = StudentNetwork.engine(config, student);
    log.info(engine.prepare(config.threadCount()));
    return engine.plan(student);
  }

  /** What a try that fails has opened is closed again. */
  private static Begun begin(
      StudentConfig config,
      StudentPlan plan,
      Cluster cluster,
      Task task,
      Instruments instruments,
      Closers closers) {
    Closers opened = new Closers();
    try {
      TrainerAssembly assembly =
          new TrainerAssembly(config, plan, cluster, task, instruments, opened);
      Begun begun = new Begun(assembly, assembly.start(id -> true));
      closers.add(opened);
      return begun;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private Begun begun() {
    return Objects.requireNonNull(begun, "it is starting");
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

  private void observe(PrometheusMeterRegistry registry) {
    Gauge.builder("distill.student.pass", this, TrainerService::pass)
        .description("Passes over the soft-target log completed")
        .register(registry);
    Gauge.builder("distill.student.examples.seen", this, TrainerService::examplesSeen)
        .description("Examples in the lineage of the weights, across restarts")
        .register(registry);
    for (LearningState state : LearningState.values()) {
      Gauge.builder("distill.student.learning", this, s -> s.learning() == state ? 1 : 0)
          .description("1 for the state that learning is in, 0 for the others")
          .tag("state", state.label())
          .register(registry);
    }
    Gauge.builder("distill.student.recoveries", this, TrainerService::recoveries)
        .description("How often training diverged and went back, in the lineage of the weights")
        .register(registry);
  }

  private int pass() {
    return begun == null ? 0 : progress().position().pass();
  }

  private long examplesSeen() {
    return begun == null ? 0 : progress().examplesSeen();
  }

  private LearningState learning() {
    Training now = training;
    return now == null ? LearningState.STARTING : now.monitor().state();
  }

  private int recoveries() {
    Training now = training;
    Begun parts = begun;
    if (now == null && parts == null) {
      return 0;
    }
    return (now == null ? begun().start() : now.start()).learning().recoveries().size();
  }

  private void train() {
    try {
      boolean over = trained();
      if (over) {
        log.info(
            "student {} is done: {} passes, {} steps, {} examples seen; it is {}",
            config.name(),
            progress().position().pass(),
            progress().step(),
            progress().examplesSeen(),
            learning().label());
        readiness.over();
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
    TrainerAssembly assembly = begun().assembly();
    Recoveries recoveries = new Recoveries(assembly.config(), assembly::start);
    StudentScales known = null;
    StudentStart begin = begun().start();
    while (!config.log().completedBy(begin.progress().position())) {
      StudentStart ready =
          begin.ready() != null ? begin : assembly.measured(begin, known, this::isClosing);
      if (ready == null || ready.ready() == null) {
        log.info("stopped before the first step; there is nothing to publish");
        return false;
      }
      known = ready.ready().scales();
      Training now = startUp.await(() -> assembly.training(ready));
      training = now;
      readiness.training(now);
      if (isClosing()) {
        now.loop().stop();
      }
      try {
        return now.loop().run();
      } catch (DivergenceException e) {
        now.publisher().close();
        begin = startUp.await(() -> recoveries.after(ready, e));
      } catch (LostRecordsException e) {
        now.publisher().close();
        begin = startUp.await(() -> inAnotherLog(assembly, e));
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
    Training now = training;
    return now == null ? begun().start().progress() : now.loop().progress();
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
    Training now = training;
    if (now != null) {
      now.loop().abandon();
    }
    close();
  }

  /**
   * A store that is slow is waited for; one that is away is given up, before a supervisor kills.
   */
  private void awaitLastCheckpoint(@Nullable Training now) throws InterruptedException {
    long begun = System.nanoTime();
    while (thread.isAlive()) {
      thread.join(LOOK_MILLIS);
      boolean late = System.nanoTime() - begun > Perseverance.HURRY.toNanos();
      if (late && now != null && readiness.isAway()) {
        now.publisher().giveUp();
      }
    }
  }

  /** Stops after the present batch, publishes the last state, and closes everything. */
  @Override
  public void close() {
    closing.countDown();
    Training now = training;
    if (now != null) {
      now.loop().stop();
    }
    try {
      awaitLastCheckpoint(now);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closers.close();
  }
}
