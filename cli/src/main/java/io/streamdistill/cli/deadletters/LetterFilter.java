package io.streamdistill.cli.deadletters;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which dead letters are meant; nothing said: all. */
final class LetterFilter {

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      split = ",",
      description = "rejected for one of these reasons, e.g. wrong-feature-type")
  private List<String> reasons = new ArrayList<>();

  @Option(
      names = "--rejected-by",
      paramLabel = "NAME",
      description = "rejected by this application or consumer group")
  private @Nullable String rejectedBy;

  @Option(
      names = "--partition",
      paramLabel = "P",
      split = ",",
      description = "in these partitions of the dead-letter topic")
  private List<Integer> partitions = new ArrayList<>();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = Moment.class,
      description =
          "whose record is of this time or later: 2026-11-27T10:00:00Z, 2026-11-27, or 2h for two"
              + " hours ago. A dead letter has the time of its record")
  private @Nullable Instant since;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = Moment.class,
      description = "whose record is older than this")
  private @Nullable Instant until;

  @Option(
      names = "--at",
      paramLabel = "PARTITION:OFFSET",
      split = ",",
      converter = Place.Converter.class,
      description = "at these places of the dead-letter topic, as list prints them")
  private List<Place> places = new ArrayList<>();

  boolean matches(Letter letter) {
    return (reasons.isEmpty() || reasons.contains(letter.reason()))
        && (rejectedBy == null || rejectedBy.equals(letter.rejectedBy()))
        && (partitions.isEmpty() || partitions.contains(letter.record().partition()))
        && (since == null || !letter.time().isBefore(since))
        && (until == null || letter.time().isBefore(until))
        && (places.isEmpty() || places.contains(letter.place()));
  }
}
