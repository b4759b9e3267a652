package io.streamdistill.student;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.records.Task;
import io.streamdistill.student.loop.BatchStep;
import io.streamdistill.student.publish.Lineage;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.publish.RebuildState;
import io.streamdistill.student.source.Batch;
import io.streamdistill.student.source.BatchReader;
import io.streamdistill.student.source.LogPosition;
import io.streamdistill.student.source.ReadingOrder;
import io.streamdistill.student.source.ReadingReport;
import io.streamdistill.student.source.RecordedOrder;
import io.streamdistill.student.source.RejectedBefore;
import io.streamdistill.student.source.SoftTargetLog;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
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

  private final ConfiguredStudent student;
  private final KafkaSettings kafka;
  private final String softTargets;

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

  /**
   * Creates a rebuild for a student that is configured so.
   *
   * @param softTargets topic that it was trained on
   */
  public CheckpointRebuild(
      StudentConfig config, KafkaSettings kafka, String softTargets, Task task) {
    this.student = ConfiguredStudent.of(config, task);
    this.kafka = kafka;
    this.softTargets = softTargets;
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
    target.requireConfigured(student.identity(softTargets));
    Manifest parent = from == null ? null : CheckpointVerifier.verify(from, TrustedKeys.none());
    List<Lineage.Segment> segments =
        segments(checkpoint, manifest, parent == null ? null : parent.version());
    try (Closers closers = new Closers()) {
      TrainableStudent weights = closers.add(built(manifest));
      Progress start;
      if (parent != null && from != null) {
        start = RebuildState.read(from, parent).restoreTo(weights);
      } else if (manifest.initFrom() != null) {
        throw new CheckpointException(
            "student '%s' began with the weights of %s: give an earlier checkpoint of it with --from"
                .formatted(manifest.student(), manifest.initFrom().id()));
      } else {
        start = Progress.beginning(beginning(target.progress().position(), segments));
      }
      Progress end = train(manifest, weights, start, segments, closers);
      return new Outcome(
          manifest,
          parent == null ? null : parent.version(),
          end.step() - start.step(),
          target.differing(weights),
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

  private TrainableStudent built(Manifest manifest) {
    return student.build(RebuildState.scales(manifest), true);
  }

  private Progress train(
      Manifest manifest,
      TrainableStudent weights,
      Progress start,
      List<Lineage.Segment> segments,
      Closers closers) {
    SoftTargetTopic topic =
        SoftTargetTopic.openAgain(kafka, softTargets, student.config(), closers);
    topic.requireSame(start.position());
    List<ReadingOrder.Entry> entries = new ArrayList<>();
    segments.forEach(segment -> entries.addAll(segment.entries()));
    SoftTargetLog source = topic.at(start.position(), new RecordedOrder(entries));
    BatchReader reader =
        student.batches(
            source,
            student.holdOut(),
            start.examplesSeen(),
            new RejectedBefore(Map.of()),
            new ReadingReport(
                new SimpleMeterRegistry(),
                student.config().select(),
                student.config().teachers(),
                Clock.systemUTC()));
    return steps(manifest, weights, reader, source, start, segments);
  }

  private Progress steps(
      Manifest manifest,
      TrainableStudent weights,
      BatchReader reader,
      SoftTargetLog source,
      Progress start,
      List<Lineage.Segment> segments) {
    RowBatch rows = weights.newBatch();
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
            new BatchStep(
                    weights,
                    student.learningRate(),
                    segments.get(segment).rateFactor(),
                    student.config().log().passes())
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
