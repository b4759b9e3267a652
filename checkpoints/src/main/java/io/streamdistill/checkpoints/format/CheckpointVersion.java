package io.streamdistill.checkpoints.format;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names versions such as {@code 20260131T120000000Z-s000000001500-7f3a21}: time, step and a random
 * suffix. As strings they sort in order of publication.
 *
 * <p>The time comes before the step, because a student that starts over, or falls back behind a
 * damaged checkpoint, publishes a smaller step later. The suffix keeps a fenced trainer's last
 * checkpoint apart from its successor's.
 */
public final class CheckpointVersion {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSSX").withZone(ZoneOffset.UTC);

  private static final Pattern GENERATED = Pattern.compile("\\d{8}T\\d{9}Z-s\\d{12}-[0-9a-f]{6}");

  private CheckpointVersion() {}

  /**
   * Says whether {@code version} has the form of {@link #next}, so that nobody named it by hand.
   */
  public static boolean isGenerated(String version) {
    return GENERATED.matcher(version).matches();
  }

  /**
   * Returns a new version that sorts after {@code newest}, even when the clock was set back.
   *
   * @param newest the newest version of the student so far; null when there is none
   * @param step training steps taken
   * @param random source of the suffix; must not be seeded alike in two trainers
   */
  public static String next(
      @Nullable String newest, long step, Instant now, RandomGenerator random) {
    Instant time = now.truncatedTo(ChronoUnit.MILLIS);
    if (newest != null) {
      Instant after = time(newest).plusMillis(1);
      time = time.isBefore(after) ? after : time;
    }
    return "%s-s%012d-%06x".formatted(TIME.format(time), step, random.nextInt(1 << 24));
  }

  /** When a version was made; the epoch for one that somebody named by hand. */
  public static Instant time(String version) {
    try {
      int end = version.indexOf('-');
      return TIME.parse(end < 0 ? version : version.substring(0, end), Instant::from);
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }
}
