package io.streamdistill.teacher;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.observe.Health;
import io.streamdistill.observe.Lifecycle;
import io.streamdistill.observe.Meters;
import io.streamdistill.observe.ObserveServer;
import io.streamdistill.observe.Phase;
import io.streamdistill.outage.OutageException;
import io.streamdistill.records.Task;
import io.streamdistill.records.format.TransferFormat;
import io.streamdistill.teacher.engine.EngineWatch;
import io.streamdistill.teacher.engine.TeacherException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running teacher service: scores the transfer set and publishes soft targets, exactly once.
 * Instances with the same application id share the partitions.
 */
public final class TeacherService implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TeacherService.class);

  /** Exit code of a process that SIGTERM ended. */
  private static final int TERMINATED = 128 + 15;

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  /**
   * Share of the time after which a batch counts as hung, from which on the service is not ready.
   */
  private static final double SLOW = 0.5;

  /** Of it, after which the batch will not give up any more, shortly before the process ends. */
  private static final double HUNG = 1.25;

  private final EngineWatch engine;
  private final PrometheusMeterRegistry registry = Meters.create("teacher");
  private final ObserveServer observe;
  private final Lifecycle life = new Lifecycle("The teacher");
  private final IntConsumer halt;
  private final Thread shutdownHook = new Thread(this::closeWithTheJvm, "teacher-shutdown");
  private volatile @Nullable Preparation preparing; // null before and afterwards
  private volatile @Nullable Scorer scorer; // null until it is started

  private TeacherService(TeacherConfig config, IntConsumer halt) {
    this.halt = halt;
    engine = new EngineWatch(config.limits().hangAfter(), System::nanoTime);
    Gauge.builder("distill.teacher.batch.age", engine, watch -> watch.age().toMillis() / 1e3)
        .description("Time that the batch in the engine has taken so far; 0 when there is none")
        .baseUnit("seconds")
        .register(registry);
    Health health =
        new Health()
            .liveness("stopped", life::problem)
            .liveness("engine", () -> engine.problem(HUNG))
            .readiness("stopped", life::problem)
            .readiness("start", this::startProblem)
            .readiness("engine", () -> unlessStopped(engine.problem(SLOW)))
            .readiness("teacher", () -> ask(Scorer::outageProblem))
            .readiness("kafka", () -> ask(Scorer::kafkaProblem))
            .readiness("streams", () -> ask(Scorer::streamsProblem))
            .readiness("topics", () -> ask(Scorer::topicsProblem))
            .readiness("hold", () -> ask(Scorer::holdProblem))
            .readiness("answers", () -> ask(Scorer::rejectionsProblem))
            .readiness("progress", () -> ask(Scorer::progressProblem));
    try {
      observe = ObserveServer.start(config.http(), registry, health);
    } catch (RuntimeException e) {
      registry.close();
      throw e;
    }
  }

  /**
   * Checks models and cluster, and starts scoring; waits for Kafka, and serves health meanwhile. A
   * shutdown hook closes the service with the JVM.
   *
   * @throws io.streamdistill.config.ConfigException when configuration and cluster do not go
   *     together
   * @throws TeacherException when a model cannot be used
   */
  public static TeacherService start(
      TeacherConfig config,
      KafkaSettings kafka,
      TopicsConfig topics,
      Task task,
      TransferFormat format) {
    Task seen = task.with(config.features().of(task.features()));
    return start(new Assignment(config, kafka, topics, seen, format), Runtime.getRuntime()::halt);
  }

  /**
   * Starts one.
   *
   * @param halt ends the process with an exit code, and runs no shutdown hook
   */
  static TeacherService start(Assignment assignment, IntConsumer halt) {
    TeacherService service = new TeacherService(assignment.config(), halt);
    log.info(
        "The teacher starts; metrics and health: http://{}:{}/",
        assignment.config().http().host(),
        service.httpPort());
    try {
      Runtime.getRuntime().addShutdownHook(service.shutdownHook);
      service.begin(assignment);
      return service;
    } catch (RuntimeException e) {
      service.close();
      if (service.mustHalt()) { // a model hangs; see mustHalt
        service.life.say(e);
        halt.accept(ExitStatus.of(e).code());
      }
      throw e;
    }
  }

  private void begin(Assignment assignment) {
    Preparation preparation = new Preparation(assignment, life::isClosing);
    preparing = preparation;
    Scorer ready = assembled(assignment, preparation.find(engine));
    preparing = null;
    if (!run(ready)) { // closed meanwhile, by whoever did not know of it
      ready.close(CLOSE_TIMEOUT);
      throw new OutageException("stopped before it could start", null);
    }
    ready.start();
  }

  private synchronized boolean run(Scorer ready) {
    boolean runs = life.run();
    scorer = runs ? ready : null;
    return runs;
  }

  private Scorer assembled(Assignment assignment, Preparation.Found found) {
    try {
      return new Assembly(assignment, found, registry, life).scorer();
    } catch (RuntimeException e) {
      found.close();
      throw e;
    }
  }

  /** Of a service that has stopped, nothing else is true any more. */
  private Optional<String> unlessStopped(Optional<String> problem) {
    return life.isFailure() ? Optional.empty() : problem;
  }

  private Optional<String> startProblem() {
    Preparation preparation = preparing;
    return life.phase() != Phase.STARTING
        ? Optional.empty()
        : Optional.ofNullable(preparation)
            .flatMap(Preparation::problem)
            .or(() -> Optional.of("it is starting"));
  }

  private Optional<String> ask(Function<Scorer, Optional<String>> question) {
    Scorer running = scorer;
    return running == null ? Optional.empty() : unlessStopped(question.apply(running));
  }

  private Scorer running() {
    return Objects.requireNonNull(scorer, "not started");
  }

  /** Version that is put on the soft targets. */
  public String teacherVersion() {
    return running().version();
  }

  /** Port of metrics and health. */
  public int httpPort() {
    return observe.port();
  }

  /** Whether records are being scored, or would be if there were any. */
  public boolean isRunning() {
    return !life.isFailure() && running().isRunning();
  }

  /** Whether it has been closed, or an error has stopped it. */
  public boolean hasStopped() {
    return life.isOver();
  }

  /**
   * Waits until the service has stopped.
   *
   * @return how the process is to end: {@link ExitStatus#OK} after {@link #close}
   */
  public ExitStatus awaitStop() throws InterruptedException {
    return life.await();
  }

  /**
   * Whether a thread is inside the engine still. Once the service is closed, the JVM must then be
   * halted and not shut down: the engine frees its memory in a shutdown hook, under the thread.
   */
  public boolean mustHalt() {
    return engine.isBusy();
  }

  /** Commits what is scored, leaves the group and frees everything; waits at most 30 s. */
  @Override
  public void close() {
    Scorer running;
    synchronized (this) {
      if (!life.close()) {
        return;
      }
      running = scorer;
    }
    if (running != null) {
      running.close(CLOSE_TIMEOUT);
    }
    observe.close();
    registry.close();
    life.closed();
    removeShutdownHook();
  }

  private void closeWithTheJvm() {
    close();
    if (mustHalt()) {
      halt.accept(TERMINATED);
    }
  }

  private void removeShutdownHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      log.debug("closed by the shutdown of the JVM", e);
    }
  }
}
