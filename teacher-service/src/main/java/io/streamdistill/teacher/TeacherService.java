package io.streamdistill.teacher;

import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.core.observe.Health;
import io.streamdistill.core.observe.Meters;
import io.streamdistill.core.observe.ObserveServer;
import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.engine.TeacherVersion;
import io.streamdistill.teacher.topology.RecordLimits;
import io.streamdistill.teacher.topology.RejectionWatch;
import io.streamdistill.teacher.topology.Scoring;
import io.streamdistill.teacher.topology.ScoringMeters;
import io.streamdistill.teacher.topology.TeacherTopology;
import io.streamdistill.teacher.topology.WaitingOffsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running teacher service: scores the transfer set and publishes soft targets, exactly once.
 * Instances with the same application id share the partitions.
 */
public final class TeacherService implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TeacherService.class);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
  private static final int STOPPED = 0;
  private static final int FAILED = 1;

  private final Teacher teacher;
  private final String version;
  private final KafkaStreams streams;
  private final KafkaStreamsMetrics streamsMetrics;
  private final PrometheusMeterRegistry registry;
  private final ObserveServer observe;
  private final AtomicBoolean failed = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread shutdownHook = new Thread(this::close, "teacher-shutdown");

  private TeacherService(
      TeacherConfig config,
      Teacher teacher,
      String version,
      Topology topology,
      Properties settings,
      KafkaClientSupplier clients,
      RejectionWatch rejections,
      PrometheusMeterRegistry registry) {
    this.teacher = teacher;
    this.version = version;
    this.registry = registry;
    streams = new KafkaStreams(topology, settings, clients);
    streams.setStateListener((now, before) -> stateChanged(now));
    streams.setUncaughtExceptionHandler(this::uncaught);
    streamsMetrics = new KafkaStreamsMetrics(streams);
    streamsMetrics.bindTo(registry);
    Health health =
        new Health()
            .liveness("streams", this::dead)
            .readiness("streams", this::notRunning)
            .readiness("answers", rejections::problem);
    observe = observe(config, health);
  }

  private ObserveServer observe(TeacherConfig config, Health health) {
    try {
      return ObserveServer.start(config.http(), registry, health);
    } catch (RuntimeException e) {
      streamsMetrics.close();
      streams.close();
      throw e;
    }
  }

  /**
   * Checks cluster and models, and starts scoring. A shutdown hook closes the service with the JVM.
   *
   * @throws io.streamdistill.core.config.ConfigException when configuration and cluster do not go
   *     together
   * @throws TeacherException when a model cannot be used
   */
  public static TeacherService start(
      TeacherConfig config,
      KafkaSettings kafka,
      TopicsConfig topics,
      FeatureContract contract,
      ClassMap classMap) {
    FeatureContract seen = config.features().of(contract);
    Teacher teacher = Engines.open(config, seen, classMap);
    PrometheusMeterRegistry registry = Meters.create("teacher");
    try {
      TeacherService service = assemble(config, kafka, topics, seen, classMap, teacher, registry);
      Runtime.getRuntime().addShutdownHook(service.shutdownHook);
      service.streams.start();
      return service;
    } catch (RuntimeException e) {
      registry.close();
      teacher.close();
      throw e;
    }
  }

  private static TeacherService assemble(
      TeacherConfig config,
      KafkaSettings kafka,
      TopicsConfig topics,
      FeatureContract contract,
      ClassMap classMap,
      Teacher teacher,
      PrometheusMeterRegistry registry) {
    String version = TeacherVersion.of(teacher, classMap, config.features().settings());
    Duration batchTime = teacher.batchTime();
    log.info("Teacher {} takes {} ms per full batch", version, batchTime.toMillis());
    try (Admin admin = Admin.create(kafka.admin())) {
      Preflight preflight = new Preflight(admin, kafka);
      Preflight.Findings found = preflight.check(topics);
      Map<String, Object> settings = StreamsSettings.of(config, kafka, batchTime);
      RecordLimits limits =
          new RecordLimits(
              config.maxRecordBytes(),
              found.softTargetBytes(),
              found.deadLetterBytes(),
              StreamsSettings.maxRequestBytes(settings),
              StreamsSettings.compression(settings));
      Scoring scoring =
          new Scoring(
              contract,
              classMap,
              teacher,
              version,
              config.temperature(),
              config.encoding(),
              config.batchSize(),
              config.linger(),
              limits);
      WaitingOffsets waiting = new WaitingOffsets();
      ScoringMeters meters = new ScoringMeters(registry);
      Topology topology =
          TeacherTopology.build(scoring, topics, meters, waiting, Clock.systemUTC());
      Properties properties = new Properties();
      properties.putAll(settings);
      return new TeacherService(
          config,
          teacher,
          version,
          topology,
          properties,
          new HoldingClients(waiting),
          meters.rejections(),
          registry);
    }
  }

  /** Version that is put on the soft targets. */
  public String teacherVersion() {
    return version;
  }

  /** Port of metrics and health. */
  public int httpPort() {
    return observe.port();
  }

  /** Whether records are being scored, or would be if there were any. */
  public boolean isRunning() {
    return streams.state() == State.RUNNING;
  }

  /** Whether it has been closed, or an error has stopped it. */
  public boolean hasStopped() {
    return stopped.getCount() == 0;
  }

  /**
   * Waits until the service has stopped.
   *
   * @return exit code of the process: 0 after {@link #close}, 1 when an error stopped the service
   */
  public int awaitStop() throws InterruptedException {
    stopped.await();
    return failed.get() ? FAILED : STOPPED;
  }

  private StreamThreadExceptionResponse uncaught(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof TeacherException) {
        log.error(
            "The teacher failed, nothing of its batch was published, and the service stops: {}",
            cause.getMessage());
        return stop();
      }
      if (cause instanceof RetriableException) {
        log.warn("Kafka failed; the thread starts again from the last commit", thrown);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
      }
    }
    log.error("An error that a retry would not cure stops the service", thrown);
    return stop();
  }

  private StreamThreadExceptionResponse stop() {
    failed.set(true);
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  private void stateChanged(State now) {
    if (now == State.ERROR) {
      failed.set(true);
    }
    if (now == State.ERROR || now == State.NOT_RUNNING) {
      stopped.countDown();
    }
  }

  private Optional<String> dead() {
    return streams.state().hasCompletedShutdown()
        ? Optional.of("Kafka Streams is " + streams.state())
        : Optional.empty();
  }

  private Optional<String> notRunning() {
    return isRunning() ? Optional.empty() : Optional.of("Kafka Streams is " + streams.state());
  }

  /** Commits what is scored, leaves the group and frees everything; waits at most 30 s. */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    boolean closed = streams.close(CLOSE_TIMEOUT);
    observe.close();
    streamsMetrics.close();
    registry.close();
    if (closed) {
      teacher.close();
    } else { // a thread may still be inside the engine, whose memory must then stay
      log.warn("Kafka Streams did not close within {} s", CLOSE_TIMEOUT.toSeconds());
    }
    stopped.countDown();
    removeShutdownHook();
  }

  private void removeShutdownHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      log.debug("closed by the shutdown of the JVM", e);
    }
  }
}
