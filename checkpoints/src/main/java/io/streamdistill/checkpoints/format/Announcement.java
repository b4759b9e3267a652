package io.streamdistill.checkpoints.format;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says that a checkpoint is complete in its store: a claim check, with what a reader needs to
 * choose it.
 *
 * @param parent version that training resumed from or went on from; null for the first
 * @param metrics prequential, by name
 * @param location URI of the checkpoint in its store
 * @param files all of them, the manifest included
 */
public record Announcement(
    CheckpointId id,
    @Nullable String parent,
    Training training,
    Map<String, Double> metrics,
    String location,
    List<FileEntry> files,
    Instant publishedTime) {

  /** Copies. */
  public Announcement {
    FileEntry.requireFew(files.size());
    files = List.copyOf(files);
    metrics = Map.copyOf(metrics);
  }

  /**
   * What the weights were made of.
   *
   * @param step training steps taken
   * @param examplesSeen soft targets that contributed, every pass counted
   * @param pass passes over the log completed
   * @param sourceTopic that the student reads
   * @param sourceOffsets next offset to read, by partition
   * @param teacherVersions every one that contributed
   * @param configurationHash SHA-256 of the student's effective configuration
   */
  public record Training(
      long step,
      long examplesSeen,
      int pass,
      String sourceTopic,
      Map<Integer, Long> sourceOffsets,
      List<String> teacherVersions,
      String configurationHash) {

    /** Copies. */
    public Training {
      sourceOffsets = Sorted.copyOf(sourceOffsets);
      teacherVersions = List.copyOf(teacherVersions);
    }
  }

  /** Name of the student. */
  public String student() {
    return id.student();
  }

  /** Version of the checkpoint, unique per student and growing in order of publication. */
  public String version() {
    return id.version();
  }

  /** Training steps taken. */
  public long step() {
    return training.step();
  }

  /** Soft targets that contributed to the weights, every pass counted. */
  public long examplesSeen() {
    return training.examplesSeen();
  }

  /** The same with other files. */
  public Announcement with(List<FileEntry> others) {
    return new Announcement(id, parent, training, metrics, location, others, publishedTime);
  }
}
