package io.streamdistill.cli.checkpoints;

import io.streamdistill.core.checkpoint.Alias;
import io.streamdistill.core.checkpoint.AliasLog;
import io.streamdistill.schema.CheckpointEvent;
import io.streamdistill.schema.CheckpointEventKind;
import io.streamdistill.schema.CheckpointFile;
import io.streamdistill.schema.CheckpointPublished;
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
 * @param gate what the gate decided; null when it has not
 * @param bytes of all files
 */
record Listing(
    String version,
    String time,
    long step,
    long examplesSeen,
    Map<String, Double> metrics,
    List<String> aliases,
    @Nullable Gate gate,
    List<String> teacherVersions,
    long bytes,
    String location) {

  /** A decision of the gate, with what it looked at. */
  record Gate(boolean passed, String reason, List<Check> checks) {}

  /** One thing that the gate looked at. */
  record Check(
      String name, boolean passed, @Nullable Double value, @Nullable Double bound, String detail) {}

  /** Newest first. */
  static List<Listing> of(List<CheckpointPublished> announced, AliasLog aliasLog, String student) {
    List<Listing> listings = new ArrayList<>();
    for (CheckpointPublished one : announced) {
      List<String> aliases = new ArrayList<>();
      if (one.equals(announced.get(announced.size() - 1))) {
        aliases.add(Alias.LATEST);
      }
      aliasLog.aliases(student).stream()
          .filter(alias -> one.getVersion().equals(alias.version()))
          .forEach(alias -> aliases.add(alias.name() + (alias.pinned() ? " (pinned)" : "")));
      listings.add(
          new Listing(
              one.getVersion(),
              one.getPublishedTime().toString(),
              one.getStep(),
              one.getExamplesSeen(),
              new TreeMap<>(one.getMetrics()),
              aliases,
              gate(aliasLog.events(student), one.getVersion()),
              one.getTeacherVersions(),
              one.getFiles().stream().mapToLong(CheckpointFile::getSize).sum(),
              one.getLocation()));
    }
    Collections.reverse(listings);
    return listings;
  }

  private static @Nullable Gate gate(List<CheckpointEvent> events, String version) {
    Gate last = null;
    for (CheckpointEvent event : events) {
      boolean passed = event.getKind() == CheckpointEventKind.GATE_PASSED;
      if (version.equals(event.getVersion())
          && (passed || event.getKind() == CheckpointEventKind.GATE_FAILED)) {
        last =
            new Gate(
                passed,
                event.getReason(),
                event.getChecks().stream()
                    .map(
                        check ->
                            new Check(
                                check.getName(),
                                check.getPassed(),
                                check.getValue(),
                                check.getBound(),
                                check.getDetail()))
                    .toList());
      }
    }
    return last;
  }
}
