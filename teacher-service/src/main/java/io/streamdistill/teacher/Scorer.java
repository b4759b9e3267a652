package io.streamdistill.teacher;

import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Task;
import io.streamdistill.records.format.TransferFormat;
import io.streamdistill.teacher.engine.EngineWatch;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.engine.TeacherVersion;
import io.streamdistill.teacher.engine.WatchedTeacher;
import io.streamdistill.teacher.topology.Flow;
import io.streamdistill.teacher.topology.InFlight;
import io.streamdistill.teacher.topology.OutputTerms;
import io.streamdistill.teacher.topology.Pace;
import io.streamdistill.teacher.topology.RecordJudge;
import io.streamdistill.teacher.topology.RecordLimits;
import io.streamdistill.teacher.topology.Refusals;
import io.streamdistill.teacher.topology.Scoring;
import io.streamdistill.teacher.topology.ScoringMeters;
import io.streamdistill.teacher.topology.StartGate;
import io.streamdistill.teacher.topology.TeacherOutage;
import io.streamdistill.teacher.topology.TeacherTopology;
import io.streamdistill.teacher.topology.WaitingOffsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that scores, put together: models, topology, clients and what watches over them. */
final class Scorer {

  private static final Logger log = LoggerFactory.getLogger(Scorer.class);

  private static final Duration LOOK = Duration.ofSeconds(3);
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  /** For a batch to end, once the service is to. */
  private static final Duration LEAST_GRACE = Duration.ofSeconds(1);

  /** Silence of Kafka that is none of a slow moment. */
  private static final Duration SILENT = Duration.ofSeconds(9);

  private final Teacher teacher;
  private final String version;
  private final KafkaStreams streams;
  private final HoldingClients clients;
  private final Ending ending;
  private final KafkaStreamsMetrics streamsMetrics;
  private final TopicWatch watch;
  private final TopicsGuard topicsGuard;
  private final Flow flow;
  private final ScoringMeters meters;
  private final Progress progress;
  private final EngineWatch engine;
  private final Minder minder;
  private final String servers;
  private final Duration linger;

  private Scorer(
      Teacher teacher,
      String version,
      KafkaStreams streams,
      HoldingClients clients,
      Ending ending,
      PrometheusMeterRegistry registry,
      TopicWatch watch,
      TopicsGuard topicsGuard,
      Flow flow,
      ScoringMeters meters,
      Progress progress,
      EngineWatch engine,
      Minder minder,
      String servers,
      Duration linger) {
    this.teacher = teacher;
    this.version = version;
    this.streams = streams;
    this.clients = clients;
    this.ending = ending;
    this.watch = watch;
    this.topicsGuard = topicsGuard;
    this.flow = flow;
    this.meters = meters;
    this.progress = progress;
    this.engine = engine;
    this.minder = minder;
    this.servers = servers;
    this.linger = linger;
    streamsMetrics = new KafkaStreamsMetrics(streams);
    streamsMetrics.bindTo(registry);
  }

  /** Tries the models, waits for Kafka, and puts everything together. */
  static Scorer open(
      TeacherConfig config,
      KafkaSettings kafka,
      TopicsConfig topics,
      Task task,
      TransferFormat format,
      StartUp startUp,
      EngineWatch engine,
      PrometheusMeterRegistry registry,
      Ending ending) {
    Teacher teacher = new WatchedTeacher(startUp.models(config, task, engine), engine);
    TopicWatch watch = null;
    try {
      watch = startUp.watch(topics, PATIENCE);
      OutputTerms terms = startUp.check(topics, config.maxRecordBytes(), watch);
      return assemble(
          config, kafka, topics, task, format, teacher, watch, terms, engine, registry, ending);
    } catch (RuntimeException e) {
      if (watch != null) {
        watch.close();
      }
      teacher.close();
      throw e;
    }
  }

  private static Scorer assemble(
      TeacherConfig config,
      KafkaSettings kafka,
      TopicsConfig topics,
      Task task,
      TransferFormat format,
      Teacher teacher,
      TopicWatch watch,
      OutputTerms terms,
      EngineWatch engine,
      PrometheusMeterRegistry registry,
      Ending ending) {
    Clock clock = Clock.systemUTC();
    String version = TeacherVersion.of(teacher, task.classes(), config.features().settings());
    Duration batchTime = teacher.facts().batchTime();
    log.info("Teacher {} takes {} ms per full batch", version, batchTime.toMillis());
    Map<String, Object> settings = StreamsSettings.of(config, kafka, batchTime);
    RecordLimits limits =
        new RecordLimits(
            config.maxRecordBytes(),
            terms,
            StreamsSettings.maxRequestBytes(settings),
            StreamsSettings.compression(settings));
    Scoring scoring =
        new Scoring(
            task,
            format.reader(task),
            new Scoring.Model(teacher, version, config.limits().maxFailingShare()),
            new Scoring.Form(config.temperature(), config.encoding()),
            new Scoring.Batching(config.batchSize(), config.linger()),
            limits);
    StartGate gate = new StartGate(config.limits().maxRejectedShare(), clock);
    Pace pace = new Pace(StreamsSettings.transactionTimeout(settings), batchTime, System::nanoTime);
    engine.tell(pace);
    TeacherOutage outage = new TeacherOutage(System::nanoTime);
    outage.register(registry);
    Flow flow =
        new Flow(new WaitingOffsets(), new Refusals(), gate, InFlight.ofHeap(), pace, outage);
    ScoringMeters meters = new ScoringMeters(registry);
    TransferLog transferLog =
        new TransferLog(watch, topics, new Losses(config.onLostRecords(), registry));
    Progress progress = new Progress(clock);
    Properties properties = new Properties();
    properties.putAll(settings);
    HoldingClients clients = new HoldingClients(flow, transferLog, progress);
    KafkaStreams streams =
        new KafkaStreams(
            TeacherTopology.build(scoring, topics, meters, flow, clock), properties, clients);
    streams.setUncaughtExceptionHandler(new ThreadFailures(progress, ending));
    streams.setStateListener(
        (now, before) -> {
          if (now == State.ERROR) {
            ending.accept(ExitStatus.FAILURE, "Kafka Streams has failed, see above");
          } else if (now == State.NOT_RUNNING) {
            ending.accept(ExitStatus.FAILURE, "Kafka Streams has ended");
          }
        });
    TopicsGuard guard = new TopicsGuard(topics, terms, transferLog, progress, flow, ending);
    HoldLook look =
        new HoldLook(
            watch,
            topics.transferSet(),
            gate,
            new RecordJudge(scoring),
            config.limits().maxRejectedShare(),
            () -> HoldingClients.reader(kafka));
    Minder minder =
        new Minder(
            config, streams, teacher, engine, flow, watch, look, kafka.bootstrapServers(), ending);
    return new Scorer(
        teacher,
        version,
        streams,
        clients,
        ending,
        registry,
        watch,
        guard,
        flow,
        meters,
        progress,
        engine,
        minder,
        kafka.bootstrapServers(),
        config.linger());
  }

  void start() {
    streams.start();
    var unused = watch.every(LOOK, topicsGuard::seen);
    minder.start();
  }

  String version() {
    return version;
  }

  boolean isRunning() {
    return streams.state() == State.RUNNING;
  }

  Optional<String> streamsProblem() {
    return isRunning() ? Optional.empty() : Optional.of("Kafka Streams is " + streams.state());
  }

  Optional<String> kafkaProblem() {
    Duration silence = watch.silence();
    return silence.compareTo(SILENT) < 0
        ? Optional.empty()
        : Optional.of(
            "Kafka at %s has not answered for %d s; the teacher waits for it"
                .formatted(servers, silence.toSeconds()));
  }

  Optional<String> topicsProblem() {
    return topicsGuard.problem();
  }

  Optional<String> outageProblem() {
    return flow.outage().problem();
  }

  Optional<String> holdProblem() {
    return flow.gate().problem();
  }

  Optional<String> rejectionsProblem() {
    return meters.rejections().problem();
  }

  Optional<String> progressProblem() {
    return flow.gate().isHolding() || outageProblem().isPresent()
        ? Optional.empty()
        : progress.problem(engine.bound().plus(linger));
  }

  /**
   * A batch that takes longer than others did is told to give up, and nobody waits for a commit
   * that will not succeed: it is all done again later.
   */
  private boolean closeStreams(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    Duration batch = engine.slowest().multipliedBy(2).plus(LEAST_GRACE);
    boolean closed = streams.close(batch.compareTo(patience) < 0 ? batch : patience);
    while (!closed && System.nanoTime() < end) {
      if (engine.isBusy()) {
        engine.end();
        engine.scoring().forEach(teacher::interrupt);
      }
      if (ending.isFailure() || kafkaProblem().isPresent()) {
        clients.giveUp();
      }
      closed = streams.close(LEAST_GRACE);
    }
    return closed;
  }

  /** Commits what is scored; models are not freed while a thread may be inside. */
  void close(Duration patience) {
    minder.close();
    boolean closed = closeStreams(patience);
    watch.close();
    streamsMetrics.close();
    if (closed && !engine.isBusy()) {
      teacher.close();
    } else {
      log.warn("Kafka Streams did not close within {} ms", patience.toMillis());
    }
  }
}
