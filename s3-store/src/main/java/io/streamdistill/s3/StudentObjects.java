package io.streamdistill.s3;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.CheckpointVersion;
import io.streamdistill.checkpoints.format.Manifest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * What a bucket holds of one student. Objects that no checkpoint can have put there are left out.
 */
final class StudentObjects {

  private final String student;
  private final String keyPrefix;
  private final NavigableMap<String, List<S3Object>> byVersion = new TreeMap<>();

  /**
   * Sorts objects by checkpoint.
   *
   * @param keyPrefix what the keys of the student begin with, the last slash included
   */
  StudentObjects(String student, String keyPrefix, List<S3Object> objects) {
    this.student = student;
    this.keyPrefix = keyPrefix;
    for (S3Object object : objects) {
      int slash = object.key().indexOf('/', keyPrefix.length());
      if (slash > 0) {
        String version = object.key().substring(keyPrefix.length(), slash);
        if (CheckpointId.isName(version)) {
          byVersion.computeIfAbsent(version, v -> new ArrayList<>()).add(object);
        }
      }
    }
  }

  /** The complete checkpoints, oldest version first. */
  List<CheckpointId> complete() {
    return byVersion.keySet().stream()
        .filter(this::isComplete)
        .map(version -> new CheckpointId(student, version))
        .toList();
  }

  boolean isComplete(String version) {
    String manifest = keyPrefix + version + "/" + Manifest.FILE_NAME;
    return byVersion.getOrDefault(version, List.of()).stream()
        .anyMatch(object -> object.key().equals(manifest));
  }

  /**
   * Keys of uploads that were begun and never completed.
   *
   * @param before an upload with a later object may still be under way
   */
  List<String> abandoned(Instant before) {
    List<String> keys = new ArrayList<>();
    byVersion.forEach(
        (version, objects) -> {
          // Whatever was named by hand may be somebody else's.
          if (CheckpointVersion.isGenerated(version)
              && !isComplete(version)
              && newest(objects).isBefore(before)) {
            objects.forEach(object -> keys.add(object.key()));
          }
        });
    return keys;
  }

  private static Instant newest(List<S3Object> objects) {
    return objects.stream()
        .map(S3Object::lastModified)
        .max(Comparator.naturalOrder())
        .orElse(Instant.MAX);
  }
}
