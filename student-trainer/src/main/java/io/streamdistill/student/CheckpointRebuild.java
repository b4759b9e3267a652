package io.streamdistill.student;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.engine.OutputScale;
import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.StudentEngine;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Task;
import io.streamdistill.records.avro.TargetReader;
import io.streamdistill.student.gate.HoldOut;
import io.streamdistill.student.loop.BatchStep;
import io.streamdistill.student.publish.Lineage;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.publish.RebuildState;
import io.streamdistill.student.schedule.BatchSize;
import io.streamdistill.student.schedule.StepRate;
import io.streamdistill.student.source.Batch;
import io.streamdistill.student.source.BatchLimit;
import io.streamdistill.student.source.BatchReader;
import io.streamdistill.student.source.LogEnds;
import io.streamdistill.student.source.LogPosition;
import io.streamdistill.student.source.LogSource;
import io.streamdistill.student.source.LogWatch;
import io.streamdistill.student.source.ReadingOrder;
import io.streamdistill.student.source.ReadingReport;
import io.streamdistill.student.source.RecordedOrder;
import io.streamdistill.student.source.RejectedBefore;
import io.streamdistill.student.source.SoftTargetLog;
import io.streamdistill.student.source.TargetViews;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the weights of a checkpoint again, from the log and the order in which the student has
 * taken its records, and compares them bit for bit. Of Kafka only the soft-target topic is read;
 * nothing is written, and a trainer that runs is not touched.
 */
public final class CheckpointRebuild {

  private static final Logger log = LoggerFactory.getLogger(CheckpointRebuild.class);

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final StudentConfig config;
  private final StudentPlan plan;
  private final KafkaSettings kafka;
  private final TopicsConfig topics;
  private final FeatureContract features;
  private final ClassMap classes;

  /**
   * What came of it.
   *
   * @param manifest of the checkpoint
   * @param from version of the checkpoint that was begun with; null: the beginning
   * @param steps training steps that were taken again
   * @param differing numbers of weights and optimizer state that differ in any bit
   * @param numbers how many there are
   */
  public record Outcome(
      Manifest manifest, @Nullable String from, long steps, long differing, long numbers) {

    /** Whether all are the same. */
    public boolean isSame() {
      return differing == 0;
    }
  }

  /** Creates a rebuild for a student that is configured so. */
  public CheckpointRebuild(
      StudentConfig config,
      KafkaSettings kafka,
      TopicsConfig topics,
      FeatureContract features,
      ClassMap classes) {
    StudentSpec student = StudentNetwork.spec(config, features, classes);
    StudentEngine engine = StudentNetwork.engine(config, student);
    String unused = engine.prepare(config.threadCount());
    this.plan = engine.plan(student);
    this.config = config.forWidth(plan.outputWidth());
    this.kafka = kafka;
    this.topics = topics;
    this.features = features;
    this.classes = classes;
  }

  /**
   * Rebuilds.
   *
   * @param checkpoint directory of the checkpoint
   * @param from directory of an earlier one of the same student, to begin with; null: the beginning
   * @throws CheckpointException when a checkpoint is not intact, or its order does not reach back
   * @throws StudentException when the configuration is not that of the checkpoint
   * @throws io.streamdistill.kafka.LostRecordsException when the log no longer holds what is to be
   *     read
   */
  public Outcome rebuild(Path checkpoint, @Nullable Path from) {
    Manifest manifest = CheckpointVerifier.verify(checkpoint, TrustedKeys.none());
    RebuildState target = RebuildState.read(checkpoint, manifest);
    BatchSize batchSize = BatchSize.of(config.batchSize(), plan.parameters());
    target.requireConfigured(StudentDescription.of(config, batchSize, topics, features, classes));
    Manifest parent = from == null ? null : CheckpointVerifier.verify(from, TrustedKeys.none());
    List<Lineage.Segment> segments =
        segments(checkpoint, manifest, parent == null ? null : parent.version());
    try (Closers closers = new Closers()) {
      TrainableStudent student = closers.add(student(manifest, batchSize));
      Progress start;
      if (parent != null && from != null) {
        start = RebuildState.read(from, parent).restoreTo(student);
      } else if (manifest.initFrom() != null) {
        throw new CheckpointException(
            "student '%s' began with the weights of %s: give an earlier checkpoint of it with --from"
                .formatted(manifest.student(), manifest.initFrom().id()));
      } else {
        start = Progress.beginning(beginning(target.progress().position(), segments));
      }
      Progress end = train(manifest, student, batchSize, start, segments, closers);
      return new Outcome(
          manifest,
          parent == null ? null : parent.version(),
          end.step() - start.step(),
          target.differing(student),
          target.numbers());
    }
  }

  private List<Lineage.Segment> segments(
      Path checkpoint, Manifest manifest, @Nullable String parent) {
    List<Lineage.Segment> all = Lineage.segments(checkpoint);
    for (int i = 0; i < all.size(); i++) {
      if (Objects.equals(all.get(i).parent(), parent)) {
        return all.subList(i, all.size());
      }
    }
    String known =
        all.isEmpty()
            ? "it has none"
            : "it goes back to "
                + (all.get(0).parent() == null ? "the beginning" : all.get(0).parent());
    throw new CheckpointException(
        "the order in which checkpoint %s was trained does not go back to %s: %s. Give --from a checkpoint that it goes back to, by 'distill pull --version'"
            .formatted(manifest.id(), parent == null ? "the beginning" : parent, known));
  }

  /** Where the first pass began, without the partitions that came later. */
  private static LogPosition beginning(LogPosition end, List<Lineage.Segment> segments) {
    SortedMap<Integer, Long> starts = new TreeMap<>(end.starts());
    for (Lineage.Segment segment : segments) {
      for (ReadingOrder.Entry entry : segment.entries()) {
        if (entry instanceof ReadingOrder.Added added) {
          starts.remove(added.partition());
        }
      }
    }
    return LogPosition.beginning(end.topicId(), starts);
  }

  private TrainableStudent student(Manifest manifest, BatchSize batchSize) {
    StudentScales scales = RebuildState.scales(manifest);
    boolean scaled = config.objective().logitScale().isAuto();
    return plan.build(
        new TrainingSetup(
            features,
            scales.standardisation(),
            config.objective().config(scales),
            batchSize.most(),
            scaled ? OutputScale.first(scales.spread(), plan.outputWidth()) : 1));
  }

  private Progress train(
      Manifest manifest,
      TrainableStudent student,
      BatchSize batchSize,
      Progress start,
      List<Lineage.Segment> segments,
      Closers closers) {
    TrainerClients clients = new TrainerClients(kafka, config);
    SoftTargetTopic topic = clients.softTargetTopic(topics.softTargets());
    LogWatch watch =
        LogWatch.of(
            closers.add(
                TopicWatch.open(kafka, List.of(topics.softTargets()), PATIENCE, Clock.systemUTC())),
            topics.softTargets(),
            OnLostRecords.STOP,
            lost -> {});
    watch.requireSame(start.position().topicId(), start.position().covered());
    KafkaConsumer<byte[], byte[]> consumer = closers.add(clients.replayConsumer());
    ReplayConsumer replay = closers.add(new ReplayConsumer(clients));
    List<ReadingOrder.Entry> entries = new ArrayList<>();
    segments.forEach(segment -> entries.addAll(segment.entries()));
    RecordedOrder order = new RecordedOrder(entries);
    SoftTargetLog source =
        new SoftTargetLog(
            new LogSource(
                consumer,
                replay,
                topics.softTargets(),
                new LogEnds(
                    consumer,
                    topics.softTargets(),
                    topic.partitions(),
                    config.log().restAfter(),
                    Clock.systemUTC()),
                watch),
            start.position(),
            order,
            config.log(),
            config.seed(),
            Clock.systemUTC());
    BatchReader reader =
        new BatchReader(
            source,
            new TargetReader(new Task(features, classes), config.maxWeight()),
            new TargetViews(
                config.teachers(),
                source.position().teachers(),
                List.of(new HoldOut(config.gate(), features.bytes()), config.select())),
            new BatchLimit(batchSize, start.examplesSeen(), config.log().linger()),
            new RejectedBefore(Map.of()),
            new ReadingReport(
                new SimpleMeterRegistry(), config.select(), config.teachers(), Clock.systemUTC()),
            Clock.systemUTC());
    StepRate rate = new StepRate(config.learningRate().schedule(batchSize), batchSize);
    return steps(manifest, student, reader, source, rate, start, segments);
  }

  private Progress steps(
      Manifest manifest,
      TrainableStudent student,
      BatchReader reader,
      SoftTargetLog source,
      StepRate rate,
      Progress start,
      List<Lineage.Segment> segments) {
    RowBatch rows = student.newBatch();
    Progress progress = start;
    int segment = 0;
    log.info("takes steps {} to {} again", start.step(), manifest.step());
    while (progress.step() < manifest.step()) {
      if (!reader.fill(rows)) {
        continue;
      }
      while (segment + 1 < segments.size() && segments.get(segment + 1).step() <= progress.step()) {
        segment++;
      }
      Batch batch = reader.close();
      if (batch.rows() > 0) {
        var unused =
            new BatchStep(student, rate, segments.get(segment).rateFactor(), config.log().passes())
                .take(batch, rows, progress);
      }
      progress = progress.after(batch);
      if (source.passOver() && progress.step() < manifest.step() && source.nextPass()) {
        progress = progress.at(reader.position());
      }
    }
    return progress;
  }
}
