package io.streamdistill.checkpoints.avro;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.schema.CheckpointFile;
import io.streamdistill.schema.CheckpointPublished;
import io.streamdistill.wire.Codecs;
import io.streamdistill.wire.RecordCodec;
import io.streamdistill.wire.WireException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Announcements on the wire. */
public final class AnnouncementCodec {

  private static final RecordCodec<CheckpointPublished> CODEC = Codecs.checkpointPublished();

  private AnnouncementCodec() {}

  /** The value of a record. */
  public static byte[] encode(Announcement announcement) {
    Announcement.Training training = announcement.training();
    return CODEC.encode(
        CheckpointPublished.newBuilder()
            .setStudent(announcement.student())
            .setVersion(announcement.version())
            .setStep(training.step())
            .setExamplesSeen(training.examplesSeen())
            .setPass(training.pass())
            .setSourceTopic(training.sourceTopic())
            .setSourceOffsets(
                training.sourceOffsets().entrySet().stream()
                    .collect(Collectors.toMap(e -> e.getKey().toString(), Map.Entry::getValue)))
            .setLocation(announcement.location())
            .setFiles(
                announcement.files().stream()
                    .map(file -> new CheckpointFile(file.name(), file.size(), file.sha256()))
                    .toList())
            .setMetrics(announcement.metrics())
            .setTeacherVersions(training.teacherVersions())
            .setConfigurationHash(training.configurationHash())
            .setParent(announcement.parent())
            .setPublishedTime(announcement.publishedTime())
            .build());
  }

  /**
   * Reads the value of a record.
   *
   * @throws CheckpointException when it is no announcement, or one with unsafe names, or too many
   *     files
   */
  public static Announcement decode(byte[] value) {
    try {
      return announcement(CODEC.decode(value));
    } catch (WireException | IllegalArgumentException e) {
      throw new CheckpointException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Announcement announcement(CheckpointPublished wire) {
    FileEntry.requireFew(wire.getFiles().size());
    List<FileEntry> files =
        wire.getFiles().stream()
            .map(file -> new FileEntry(file.getName(), file.getSize(), file.getSha256()))
            .toList();
    return new Announcement(
        new CheckpointId(wire.getStudent(), wire.getVersion()),
        wire.getParent(),
        new Announcement.Training(
            wire.getStep(),
            wire.getExamplesSeen(),
            wire.getPass(),
            wire.getSourceTopic(),
            offsets(wire.getSourceOffsets()),
            wire.getTeacherVersions(),
            wire.getConfigurationHash()),
        wire.getMetrics(),
        wire.getLocation(),
        files,
        wire.getPublishedTime());
  }

  private static Map<Integer, Long> offsets(Map<String, Long> wire) {
    Map<Integer, Long> offsets = new TreeMap<>();
    wire.forEach((partition, offset) -> offsets.put(Integer.valueOf(partition), offset));
    return offsets;
  }
}
