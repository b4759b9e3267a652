package io.streamdistill.teacher;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.observe.Lifecycle;
import io.streamdistill.teacher.engine.TeacherVersion;
import io.streamdistill.teacher.engine.WatchedTeacher;
import io.streamdistill.teacher.topology.Flow;
import io.streamdistill.teacher.topology.InFlight;
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
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts together what scores, of what the start has found. */
final class Assembly {

  private static final Logger log = LoggerFactory.getLogger(Assembly.class);

  private final Assignment assignment;
  private final Preparation.Found found;
  private final PrometheusMeterRegistry registry;
  private final Lifecycle life;
  private final Clock clock = Clock.systemUTC();
  private final String version;
  private final Map<String, Object> settings;

  Assembly(
      Assignment assignment,
      Preparation.Found found,
      PrometheusMeterRegistry registry,
      Lifecycle life) {
    this.assignment = assignment;
    this.found = found;
    this.registry = registry;
    this.life = life;
    TeacherConfig config = assignment.config();
    this.version =
        TeacherVersion.of(
            found.teacher(), assignment.task().classes(), config.features().settings());
    this.settings = StreamsSettings.of(config, assignment.kafka(), batchTime());
  }

  private Duration batchTime() {
    return found.teacher().facts().batchTime();
  }

  Scorer scorer() {
    log.info("Teacher {} takes {} ms per full batch", version, batchTime().toMillis());
    TeacherConfig config = assignment.config();
    TopicsConfig topics = assignment.topics();
    WatchedTeacher teacher = found.teacher();
    Scoring scoring = scoring();
    Flow flow = flow();
    ScoringMeters meters = new ScoringMeters(registry);
    Progress progress = new Progress(clock);
    TransferLog transferLog =
        new TransferLog(found.watch(), topics, new Losses(config.onLostRecords(), registry));
    HoldingClients clients = new HoldingClients(flow, transferLog, progress);
    KafkaStreams kafkaStreams =
        new KafkaStreams(
            TeacherTopology.build(scoring, topics, meters, flow, clock), properties(), clients);
    kafkaStreams.setUncaughtExceptionHandler(new ThreadFailures(progress, life));
    ScoringStreams streams = new ScoringStreams(kafkaStreams, clients, teacher, life, registry);
    return new Scorer(
        version,
        streams,
        new Scorer.Topics(
            found.watch(),
            new TopicsGuard(topics, found.terms(), transferLog, progress, flow, life),
            assignment.kafka().bootstrapServers()),
        new Scorer.Work(flow, meters, progress, teacher.watch(), config.linger()),
        minder(streams, flow, scoring),
        life);
  }

  private Scoring scoring() {
    TeacherConfig config = assignment.config();
    return new Scoring(
        assignment.task(),
        assignment.format().reader(assignment.task()),
        new Scoring.Model(found.teacher(), version, config.limits().maxFailingShare()),
        new Scoring.Form(config.temperature(), config.encoding()),
        new Scoring.Batching(config.batchSize(), config.linger()),
        new RecordLimits(
            config.maxRecordBytes(),
            found.terms(),
            StreamsSettings.maxRequestBytes(settings),
            StreamsSettings.compression(settings)));
  }

  private Flow flow() {
    Pace pace =
        new Pace(StreamsSettings.transactionTimeout(settings), batchTime(), System::nanoTime);
    found.teacher().watch().tell(pace);
    TeacherOutage outage = new TeacherOutage(System::nanoTime);
    outage.register(registry);
    return new Flow(
        new WaitingOffsets(),
        new Refusals(),
        new StartGate(assignment.config().limits().maxRejectedShare(), clock),
        InFlight.ofHeap(),
        pace,
        outage);
  }

  private Properties properties() {
    Properties properties = new Properties();
    properties.putAll(settings);
    return properties;
  }

  private Minder minder(ScoringStreams streams, Flow flow, Scoring scoring) {
    TeacherLimits limits = assignment.config().limits();
    HoldLook hold =
        new HoldLook(
            found.watch(),
            assignment.topics().transferSet(),
            flow.gate(),
            new RecordJudge(scoring),
            limits.maxRejectedShare(),
            () -> HoldingClients.reader(assignment.kafka()));
    return new Minder(
        List.of(
            Looks.atEngine(found.teacher(), flow.waiting(), life),
            Looks.atOutages(
                limits.maxOutage(),
                found.watch(),
                assignment.kafka().bootstrapServers(),
                flow.outage(),
                life),
            Looks.atThreads(streams, assignment.config().streamThreads()),
            hold::tick));
  }
}
