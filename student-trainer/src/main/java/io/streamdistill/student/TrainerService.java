package io.streamdistill.student;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.core.checkpoint.AliasLog;
import io.streamdistill.core.checkpoint.AliasWriter;
import io.streamdistill.core.checkpoint.CheckpointLog;
import io.streamdistill.core.checkpoint.CheckpointPuller;
import io.streamdistill.core.checkpoint.CheckpointShelf;
import io.streamdistill.core.checkpoint.CheckpointStore;
import io.streamdistill.core.checkpoint.CheckpointStores;
import io.streamdistill.core.checkpoint.PullOptions;
import io.streamdistill.core.checkpoint.S3Settings;
import io.streamdistill.core.checkpoint.SigningKey;
import io.streamdistill.core.checkpoint.TrustedKeys;
import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.core.observe.Health;
import io.streamdistill.core.observe.Meters;
import io.streamdistill.core.observe.ObserveServer;
import io.streamdistill.core.observe.Routes;
import io.streamdistill.core.serve.CheckpointRoutes;
import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
import io.streamdistill.student.calibrate.BiasCorrector;
import io.streamdistill.student.device.DevicePreflight;
import io.streamdistill.student.gate.Gate;
import io.streamdistill.student.gate.HoldOut;
import io.streamdistill.student.gate.QuantizationLoss;
import io.streamdistill.student.loop.TrainingLoop;
import io.streamdistill.student.onnx.SmallModels;
import io.streamdistill.student.publish.BackgroundPublisher;
import io.streamdistill.student.publish.CheckpointConfig;
import io.streamdistill.student.publish.CheckpointPublisher;
import io.streamdistill.student.publish.CheckpointWriter;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.publish.StudentIdentity;
import io.streamdistill.student.source.BatchPrefetcher;
import io.streamdistill.student.source.BatchReader;
import io.streamdistill.student.source.LogPosition;
import io.streamdistill.student.source.PassConfig.WhenDone;
import io.streamdistill.student.source.SoftTargetDecoder;
import io.streamdistill.student.source.SoftTargetLog;
import io.streamdistill.student.step.NativeThreads;
import io.streamdistill.student.step.StudentStep;
import io.streamdistill.student.step.StudentSteps;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
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

  private final StudentConfig config;
  private final Closers closers;
  private final ObserveServer server;
  private final TrainingLoop loop;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();

  private TrainerService(
      StudentConfig config, Closers closers, ObserveServer server, TrainingLoop loop) {
    this.config = config;
    this.closers = closers;
    this.server = server;
    this.loop = loop;
    this.thread = new Thread(this::train, "student-" + config.name());
  }

  /**
   * Starts training in the background.
   *
   * @throws io.streamdistill.core.config.ConfigException when the configuration cannot be used
   * @throws StudentException when the student cannot be resumed
   * @throws io.streamdistill.core.kafka.BrokerException when Kafka does not answer
   */
  public static TrainerService start(
      StudentConfig config,
      KafkaSettings kafka,
      TopicsConfig topics,
      S3Settings s3,
      FeatureContract features,
      ClassMap classes) {
    Closers closers = new Closers();
    try {
      TrainerService service = compose(config, kafka, topics, s3, features, classes, closers);
      service.thread.start();
      return service;
    } catch (RuntimeException e) {
      closers.close();
      throw e;
    }
  }

  private static TrainerService compose(
      StudentConfig config,
      KafkaSettings kafka,
      TopicsConfig topics,
      S3Settings s3,
      FeatureContract features,
      ClassMap classes,
      Closers closers) {
    SigningKey signingKey = CheckpointConfig.signingKey(config.checkpoint().signingKeyFile());
    TrustedKeys trusted = config.checkpoint().trustedKeys(signingKey);
    log.info(DevicePreflight.check().message()); // before anything loads ND4J
    NativeThreads.configure(
        config.threads() > 0 ? config.threads() : Runtime.getRuntime().availableProcessors());
    StudentIdentity described = StudentDescription.of(config, topics, features, classes);
    MultiLayerNetwork network = StudentNetwork.create(config, features, classes);
    StudentStep step =
        closers.add(StudentSteps.forNetwork(network, config.objective(), config.batchSize()));

    PrometheusMeterRegistry registry = Meters.create("student-trainer", "student", config.name());
    closers.add(registry::close);
    TrainerClients clients = new TrainerClients(kafka, config);
    SoftTargetTopic topic = clients.softTargetTopic(topics.softTargets());

    KafkaProducer<byte[], byte[]> producer = closers.add(clients.producer());
    closers.add(bound(new KafkaClientMetrics(producer), registry));
    // Fences an older trainer of the student: what it announced until here is all it ever will.
    clients.initTransactions(producer);
    CheckpointStore store =
        closers.add(new CheckpointStores(kafka, topics, s3).open(config.checkpoint().store()));
    CheckpointLog announcements = CheckpointLog.readAll(kafka, topics.checkpoints());

    KafkaConsumer<byte[], byte[]> consumer = closers.add(clients.consumer());
    closers.add(bound(new KafkaClientMetrics(consumer), registry));
    StudentStart begin =
        StudentStart.of(
            config,
            described,
            store,
            announcements,
            new CheckpointPuller(kafka, topics, s3, PullOptions.trusting(trusted)),
            trusted,
            step,
            topic,
            () ->
                LogPosition.beginning(
                    topic.id(),
                    SoftTargetLog.beginnings(consumer, topics.softTargets(), topic.partitions())));
    StudentIdentity identity = described.startedFrom(begin.origin());
    Progress start = begin.progress();

    SoftTargetLog source =
        new SoftTargetLog(
            consumer, topics.softTargets(), start.position(), config.log(), Clock.systemUTC());
    HoldOut holdOut = new HoldOut(config.gate(), features.bytes(), classes.count());
    CheckpointWriter writer =
        new CheckpointWriter(
            identity,
            network.getLayerWiseConfigurations(),
            BiasCorrector.of(
                    config.biasCorrection(), kafka, topics.softTargets(), features, classes)
                ::correct,
            config.checkpoint().int8()
                ? new QuantizationLoss(config.gate(), holdOut)
                : SmallModels.NONE,
            signingKey,
            Clock.systemUTC());
    AliasWriter aliases =
        closers.add(new AliasWriter(kafka, topics.checkpointEvents(), Clock.systemUTC()));
    Gate gate =
        new Gate(
            config.gate(),
            holdOut,
            classes,
            writer.contract(),
            store,
            aliases,
            kafka,
            topics.checkpointEvents(),
            config.checkpoint().workDir(),
            registry);
    CheckpointPublisher publisher =
        new CheckpointPublisher(
            identity,
            config.checkpoint(),
            store,
            writer,
            producer,
            topics,
            Clock.systemUTC(),
            new SecureRandom(),
            () ->
                AliasLog.read(kafka, topics.checkpointEvents()).protectedCheckpoints(config.name()),
            gate::judge,
            announcements
                .latest(config.name())
                .map(io.streamdistill.schema.CheckpointPublished::getVersion)
                .orElse(null),
            begin.resumedFrom());
    TrainingLoop loop =
        new TrainingLoop(
            new BatchPrefetcher(
                source,
                new BatchReader(
                    source,
                    new SoftTargetDecoder(features, classes, config.objective().temperature()),
                    config.select(),
                    holdOut),
                config.batchSize(),
                features.length(),
                classes.count()),
            step,
            config.learningRate().schedule(),
            closers.add(
                new BackgroundPublisher(
                    publisher, writer, step, consumer.groupMetadata(), registry)),
            config.checkpoint(),
            registry,
            Clock.systemUTC(),
            start);
    return observed(config, closers, registry, loop, routes(config, kafka, topics, s3, closers));
  }

  /** Has stores of its own: a reader never makes a publication wait. */
  private static Routes[] routes(
      StudentConfig config,
      KafkaSettings kafka,
      TopicsConfig topics,
      S3Settings s3,
      Closers closers) {
    if (!config.checkpoint().serve()) {
      return new Routes[0];
    }
    CheckpointShelf shelf =
        new CheckpointShelf(
            new CheckpointStores(kafka, topics, s3, READER_PATIENCE),
            config.name(),
            config.checkpoint().workDir().resolve("served"),
            LISTING_AGE);
    return new Routes[] {closers.add(new CheckpointRoutes(shelf))};
  }

  private static TrainerService observed(
      StudentConfig config,
      Closers closers,
      PrometheusMeterRegistry registry,
      TrainingLoop loop,
      Routes... more) {
    Gauge.builder("distill.student.pass", loop, l -> l.progress().position().pass())
        .description("Passes over the soft-target log completed")
        .register(registry);
    Gauge.builder("distill.student.examples.seen", loop, l -> l.progress().examplesSeen())
        .description("Examples in the lineage of the weights, across restarts")
        .register(registry);
    Health health = new Health();
    ObserveServer server = closers.add(ObserveServer.start(config.http(), registry, health, more));
    TrainerService service = new TrainerService(config, closers, server, loop);
    health.liveness("training", service::problem);
    health.readiness("training", service::problem);
    return service;
  }

  private static KafkaClientMetrics bound(
      KafkaClientMetrics metrics, PrometheusMeterRegistry registry) {
    metrics.bindTo(registry);
    return metrics;
  }

  private void train() {
    try {
      boolean over = config.log().completedBy(loop.progress().position()) || loop.run();
      if (over) {
        log.info(
            "student {} is done: {} passes, {} steps, {} examples seen",
            config.name(),
            loop.progress().position().pass(),
            loop.progress().step(),
            loop.progress().examplesSeen());
        if (config.log().whenDone() == WhenDone.STAY) {
          closing.await();
        }
      }
      outcome.complete(over);
    } catch (Throwable e) { // an OutOfMemoryError has to end the service too
      outcome.completeExceptionally(e);
    }
  }

  private Optional<String> problem() {
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
    return loop.progress();
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

  /** Stops after the present batch, publishes the last state, and closes everything. */
  @Override
  public void close() {
    loop.stop();
    closing.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closers.close();
  }
}
