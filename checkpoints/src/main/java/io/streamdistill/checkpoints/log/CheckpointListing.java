package io.streamdistill.checkpoints.log;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointEvent;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.FileEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a person, or a script, wants to know of a checkpoint.
 *
 * @param time when it was announced, ISO 8601
 * @param aliases that stand for it, {@code latest} among them
 * @param pinned those of them that the gate may not move
 * @param gate what the gate decided; null when it has not
 * @param teacherExamples how many of the examples seen are of which teacher; null, and not in the
 *     JSON, when nobody looked into the manifest, or it does not say
 * @param bytes of all files
 */
public record CheckpointListing(
    String version,
    String time,
    long step,
    long examplesSeen,
    Map<String, Double> metrics,
    List<String> aliases,
    List<String> pinned,
    @Nullable Gate gate,
    List<String> teacherVersions,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Map<String, Long> teacherExamples,
    long bytes,
    String location) {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /** A decision of the gate, with what it looked at. */
  public record Gate(boolean passed, String reason, List<Check> checks) {}

  /** One thing that the gate looked at. */
  public record Check(
      String name, boolean passed, @Nullable Double value, @Nullable Double bound, String detail) {}

  /**
   * Describes checkpoints, newest first.
   *
   * @param announced all of the student, oldest first
   */
  public static List<CheckpointListing> of(
      List<Announcement> announced, AliasLog aliasLog, String student) {
    List<CheckpointListing> listings = new ArrayList<>();
    for (Announcement one : announced) {
      List<String> aliases = new ArrayList<>();
      List<String> pinned = new ArrayList<>();
      if (one.equals(announced.get(announced.size() - 1))) {
        aliases.add(Alias.LATEST);
      }
      aliasLog.aliases(student).stream()
          .filter(alias -> one.version().equals(alias.version()))
          .forEach(
              alias -> {
                aliases.add(alias.name());
                if (alias.pinned()) {
                  pinned.add(alias.name());
                }
              });
      listings.add(
          new CheckpointListing(
              one.version(),
              one.publishedTime().toString(),
              one.step(),
              one.examplesSeen(),
              new TreeMap<>(one.metrics()),
              aliases,
              pinned,
              gate(aliasLog.events(student), one.version()),
              one.training().teacherVersions(),
              null,
              one.files().stream().mapToLong(FileEntry::size).sum(),
              one.location()));
    }
    Collections.reverse(listings);
    return listings;
  }

  /** The same, with what the manifest of the checkpoint says of its teachers. */
  public CheckpointListing withTeacherExamples(@Nullable Map<String, Long> examples) {
    return new CheckpointListing(
        version,
        time,
        step,
        examplesSeen,
        metrics,
        aliases,
        pinned,
        gate,
        teacherVersions,
        examples,
        bytes,
        location);
  }

  /** Checkpoints as a JSON array, in this order. */
  public static String json(List<CheckpointListing> listings) {
    try {
      return JSON.writeValueAsString(listings);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("listings are always JSON", e);
    }
  }

  private static @Nullable Gate gate(List<CheckpointEvent> events, String version) {
    Gate last = null;
    for (CheckpointEvent event : events) {
      boolean passed = event.kind() == CheckpointEventKind.GATE_PASSED;
      if (version.equals(event.version())
          && (passed || event.kind() == CheckpointEventKind.GATE_FAILED)) {
        last =
            new Gate(
                passed,
                event.act().reason(),
                event.checks().stream()
                    .map(
                        check ->
                            new Check(
                                check.name(),
                                check.passed(),
                                check.value(),
                                check.bound(),
                                check.detail()))
                    .toList());
      }
    }
    return last;
  }
}
