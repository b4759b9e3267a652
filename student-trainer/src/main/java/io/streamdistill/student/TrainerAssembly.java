package io.streamdistill.student;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.AliasWriter;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.pull.PullOptions;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.engine.OutputScale;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.export.SmallModels;
import io.streamdistill.engine.objective.ObjectiveConfig;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.LostRecords;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Task;
import io.streamdistill.records.avro.TargetReader;
import io.streamdistill.student.calibrate.BiasCorrector;
import io.streamdistill.student.gate.Gate;
import io.streamdistill.student.gate.HoldOut;
import io.streamdistill.student.gate.QuantizationLoss;
import io.streamdistill.student.learning.LearningMonitor;
import io.streamdistill.student.loop.BatchStep;
import io.streamdistill.student.loop.PrequentialMetrics;
import io.streamdistill.student.loop.TrainingLoop;
import io.streamdistill.student.publish.Announcements;
import io.streamdistill.student.publish.BackgroundPublisher;
import io.streamdistill.student.publish.CheckpointConfig;
import io.streamdistill.student.publish.CheckpointPublisher;
import io.streamdistill.student.publish.CheckpointWriter;
import io.streamdistill.student.publish.Descent;
import io.streamdistill.student.publish.Judge;
import io.streamdistill.student.publish.Perseverance;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.publish.StoredCheckpoints;
import io.streamdistill.student.publish.StudentIdentity;
import io.streamdistill.student.publish.Transactions;
import io.streamdistill.student.scale.Measurer;
import io.streamdistill.student.scale.ObjectiveChoice;
import io.streamdistill.student.schedule.BatchSize;
import io.streamdistill.student.schedule.StepRate;
import io.streamdistill.student.source.BatchLimit;
import io.streamdistill.student.source.BatchPrefetcher;
import io.streamdistill.student.source.BatchReader;
import io.streamdistill.student.source.LogEnds;
import io.streamdistill.student.source.LogPosition;
import io.streamdistill.student.source.LogSource;
import io.streamdistill.student.source.LogWatch;
import io.streamdistill.student.source.ReadingReport;
import io.streamdistill.student.source.RejectedBefore;
import io.streamdistill.student.source.SoftTargetLog;
import io.streamdistill.student.source.TargetViews;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the parts of one student's training together, as often as training begins: at the start, and
 * after every recovery. What outlives a beginning is made once.
 */
final class TrainerAssembly {

  private static final Logger log = LoggerFactory.getLogger(TrainerAssembly.class);

  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(3);
  private static final Duration LOOK_PATIENCE = Duration.ofSeconds(5);

  private final StudentConfig config;
  private final KafkaSettings kafka;
  private final TopicsConfig topics;
  private final Cluster cluster;
  private final FeatureContract features;
  private final ClassMap classes;
  private final Closers closers;
  private final PrometheusMeterRegistry registry;
  private final @Nullable SigningKey signingKey;
  private final TrustedKeys trusted;
  private final BatchSize batchSize;
  private final StepRate learningRate;
  private final StudentIdentity described;
  private final StudentPlan plan;
  private SoftTargetTopic topic;
  private final TrainerClients clients;
  private final TopicWatch topicWatch;
  private final LogWatch watch;
  private final Transactions transactions;
  private @Nullable KafkaClientMetrics producerMetrics;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final CheckpointStore store;
  private final AliasWriter aliases;
  private final HoldOut holdOut;
  private final PrequentialMetrics metrics;
  private final ReplayConsumer replay;
  private LogEnds ends;
  private final ReadingReport report;

  /** Connects; what is opened is closed by {@code closers}. */
  TrainerAssembly(
      StudentConfig configured,
      StudentPlan plan,
      Cluster cluster,
      Task task,
      Instruments instruments,
      Closers closers) {
    this.cluster = cluster;
    kafka = cluster.kafka();
    topics = cluster.topics();
    features = task.features();
    classes = task.classes();
    this.plan = plan;
    config = configured.forWidth(plan.outputWidth());
    batchSize = BatchSize.of(config.batchSize(), plan.parameters());
    learningRate = new StepRate(config.learningRate().schedule(batchSize), batchSize);
    this.registry = instruments.registry();
    this.metrics = instruments.metrics();
    this.report = instruments.report();
    this.closers = closers;
    signingKey = CheckpointConfig.signingKey(config.checkpoint().signingKeyFile());
    trusted = config.checkpoint().trustedKeys(signingKey);
    described = StudentDescription.of(config, batchSize, topics, features, classes);
    clients = new TrainerClients(kafka, config);
    topic = clients.softTargetTopic(topics.softTargets());
    topicWatch =
        closers
            .add(
                TopicWatch.open(
                    kafka, List.of(topics.softTargets()), LOOK_PATIENCE, Clock.systemUTC()))
            .every(LOOK_INTERVAL, snapshot -> {});
    watch =
        LogWatch.of(
            topicWatch, topics.softTargets(), config.onLostRecords(), lostRecords(registry));
    StudentHolder holder =
        closers.add(
            new StudentHolder(
                config.name(),
                config.checkpoint().workDir().resolve(config.name()),
                clients::holder,
                clients::otherHolder,
                topics.checkpointEvents(),
                Clock.systemUTC()));
    transactions = closers.add(transactions(holder));
    store = closers.add(new CheckpointStores(cluster).open(config.checkpoint().store()));
    consumer = closers.add(clients.consumer());
    bind(new KafkaClientMetrics(consumer));
    aliases = closers.add(new AliasWriter(kafka, topics.checkpointEvents(), Clock.systemUTC()));
    holdOut = new HoldOut(config.gate(), features.bytes());
    replay = closers.add(new ReplayConsumer(clients));
    ends =
        new LogEnds(
            consumer,
            topics.softTargets(),
            topic.partitions(),
            config.log().restAfter(),
            Clock.systemUTC());
  }

  /** With what suits the network in the place of what was left open. */
  StudentConfig config() {
    return config;
  }

  /** Ends what an older trainer of the student left open: what it announced is all it ever will. */
  private Transactions transactions(StudentHolder holder) {
    closers.add(this::closeProducerMetrics);
    try {
      holder.await(() -> false);
    } catch (KafkaException e) {
      throw clients.refusedMember(e);
    }
    try {
      return new Transactions(this::producer, holder::require);
    } catch (KafkaException e) {
      throw clients.refused(e);
    }
  }

  private KafkaProducer<byte[], byte[]> producer() {
    closeProducerMetrics();
    KafkaProducer<byte[], byte[]> producer = clients.producer();
    producerMetrics = new KafkaClientMetrics(producer);
    producerMetrics.bindTo(registry);
    return producer;
  }

  private void closeProducerMetrics() {
    if (producerMetrics != null) {
      producerMetrics.close();
    }
  }

  private void bind(KafkaClientMetrics clientMetrics) {
    closers.add(clientMetrics).bindTo(registry);
  }

  /**
   * Where training begins.
   *
   * @param usable whether a checkpoint of the student is to be gone on from
   */
  StudentStart start(Predicate<CheckpointId> usable) {
    topic = clients.softTargetTopic(topics.softTargets());
    ends =
        new LogEnds(
            consumer,
            topics.softTargets(),
            topic.partitions(),
            config.log().restAfter(),
            Clock.systemUTC());
    return StudentStart.of(
        new StudentStart.Surroundings(
            config,
            learningRate,
            described,
            store,
            new CheckpointPuller(cluster, PullOptions.trusting(trusted)),
            trusted,
            this::inPresentLog,
            scales -> student(scales, false),
            this::beginning),
        CheckpointLog.readAll(kafka, topics.checkpoints()),
        usable);
  }

  private LogPosition beginning() {
    return LogPosition.beginning(
        topic.id(), LogEnds.beginnings(consumer, topics.softTargets(), topic.partitions()));
  }

  /** A log that was created anew is none of those that a checkpoint was trained on. */
  private Progress inPresentLog(Progress progress) {
    LogPosition position = progress.position();
    if (position.topicId().equals(topic.id())) {
      return progress;
    }
    LostRecordsException lost =
        watch.recreated(
            position.covered().entrySet().stream()
                .map(
                    next ->
                        LostRecords.recreated(topics.softTargets(), next.getKey(), next.getValue()))
                .toList());
    if (config.onLostRecords() == OnLostRecords.STOP) {
      throw lost;
    }
    log.error(
        "{}. The student goes on with its weights, at the beginning of the log that is there now",
        lost.getMessage());
    return progress.at(beginning());
  }

  /**
   * Makes a student out of a start without one: by scales that are known, or that the log's first
   * records say.
   *
   * @param known scales of an earlier beginning; null: measures
   * @param stopping ends the wait for records
   * @return null when the wait was ended
   */
  @Nullable StudentStart measured(
      StudentStart start, @Nullable StudentScales known, BooleanSupplier stopping) {
    StudentScales scales = known;
    if (scales == null) {
      StudentConfig.Objective objective = config.objective();
      scales =
          new Measurer(
                  log(start.progress().position()),
                  config.features(),
                  features,
                  classes,
                  config.maxWeight(),
                  report,
                  Clock.systemUTC())
              .measure(
                  new ObjectiveChoice(
                      objective.temperature().orElse(Double.NaN),
                      objective.sharpWeight(),
                      objective::hardTemperature,
                      spread ->
                          objective
                              .logitScale()
                              .orElse(OutputScale.unit(spread, plan.outputWidth()))),
                  stopping);
    }
    return scales == null ? null : start.measured(scales, student(scales, true));
  }

  private SoftTargetLog log(LogPosition position) {
    return new SoftTargetLog(
        new LogSource(consumer, replay, topics.softTargets(), ends, watch),
        position,
        null,
        config.log(),
        config.seed(),
        Clock.systemUTC());
  }

  private TrainableStudent student(StudentScales scales, boolean anew) {
    boolean scaled = anew && config.objective().logitScale().isAuto();
    TrainableStudent student =
        plan.build(
            new TrainingSetup(
                features,
                scales.standardisation(),
                config.objective().config(scales),
                batchSize.most(),
                scaled ? OutputScale.first(scales.spread(), plan.outputWidth()) : 1));
    log.info(
        "training {} parameters with the {} step, batches of {}",
        plan.parameters(),
        student.label(),
        batchSize.most());
    return closers.add(student);
  }

  /** Training from {@code start}, which is ready. */
  Training training(StudentStart start) {
    StudentStart.Ready ready = start.ready();
    if (ready == null) {
      throw new IllegalArgumentException("the start has not been measured");
    }
    ObjectiveConfig objective = config.objective().config(ready.scales());
    StudentIdentity identity = described.begun(ready.scales(), start.origin());
    CheckpointWriter writer = writer(identity);
    SoftTargetLog source = log(start.progress().position());
    BackgroundPublisher publisher =
        closers.add(
            new BackgroundPublisher(
                publisher(writer, start),
                writer,
                new Perseverance(config.limits().maxOutage(), Clock.systemUTC()),
                registry));
    RejectedBefore rejectedBefore = new RejectedBefore(clients.committed(topics.softTargets()));
    LearningMonitor monitor =
        new LearningMonitor(
            config.learning(),
            objective,
            ready.scales(),
            classes.count(),
            start.progress().step(),
            start.learning());
    BatchReader reader =
        new BatchReader(
            source,
            new TargetReader(new Task(features, classes), config.maxWeight()),
            new TargetViews(
                config.teachers(), source.position().teachers(), List.of(holdOut, config.select())),
            new BatchLimit(batchSize, start.progress().examplesSeen(), config.log().linger()),
            rejectedBefore,
            report,
            Clock.systemUTC());
    report.watch(source);
    TrainingLoop loop =
        new TrainingLoop(
            new BatchPrefetcher(source, reader, ready.student()::newBatch),
            ready.student(),
            new BatchStep(
                ready.student(),
                learningRate,
                start.learning().rateFactor(),
                config.log().passes()),
            publisher,
            config.checkpoint(),
            rejectedBefore,
            metrics,
            monitor,
            Clock.systemUTC(),
            start.progress());
    return new Training(start, loop, monitor, publisher);
  }

  private CheckpointWriter writer(StudentIdentity identity) {
    return new CheckpointWriter(
        identity,
        plan,
        BiasCorrector.of(config.biasCorrection(), kafka, topics.softTargets(), features, classes)
            ::correct,
        config.checkpoint().int8() ? new QuantizationLoss(holdOut) : SmallModels.NONE,
        signingKey,
        Clock.systemUTC());
  }

  private CheckpointPublisher publisher(CheckpointWriter writer, StudentStart start) {
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
    return new CheckpointPublisher(
        new StoredCheckpoints(
            store,
            config.checkpoint(),
            Clock.systemUTC(),
            () ->
                AliasLog.read(kafka, topics.checkpointEvents())
                    .protectedCheckpoints(config.name())),
        writer,
        new Announcements(transactions, consumer.groupMetadata(), topics, Clock.systemUTC()),
        committed(),
        judge(gate),
        new Descent(
            config.name(),
            CheckpointLog.readAll(kafka, topics.checkpoints())
                .latest(config.name())
                .map(Announcement::version)
                .orElse(null),
            start.resumedFrom(),
            start.lineage(),
            Clock.systemUTC(),
            new SecureRandom()));
  }

  /** The gate lies below what is published, and knows nothing of it. */
  private static Judge judge(Gate gate) {
    return new Judge() {
      @Override
      public void judge(CheckpointId id, byte[] model, LearningRecord learning) {
        gate.judge(id, model, learning);
      }

      @Override
      public Map<String, Double> metrics() {
        return gate.metrics();
      }
    };
  }

  private static Consumer<LostRecords> lostRecords(MeterRegistry registry) {
    return lost ->
        Counter.builder("distill.student.lost.records")
            .description("Records that were lost before they were read, as far as is known")
            .tag("how", lost.how().label())
            .register(registry)
            .increment((double) lost.records());
  }

  /** What is said of the log while it is read. */
  ReadingReport report() {
    return report;
  }

  /** How long Kafka has not answered. */
  Duration silence() {
    return topicWatch.silence();
  }

  private CheckpointPublisher.Committed committed() {
    return new CheckpointPublisher.Committed() {
      @Override
      public boolean isAnnounced(CheckpointId id) {
        return CheckpointLog.readAll(kafka, topics.checkpoints())
            .announcements(id.student())
            .stream()
            .anyMatch(announced -> announced.id().equals(id));
      }

      @Override
      public void requireSameLog(LogPosition position) {
        watch.requireSame(position.topicId(), position.covered());
      }

      @Override
      public Map<Integer, Long> offsets() {
        return clients.committed(topics.softTargets());
      }
    };
  }
}
