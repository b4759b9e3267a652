package io.streamdistill.student.source;

import static io.streamdistill.config.Require.require;

import java.time.Duration;

/**
 * How often, and how far, the log is read.
 *
 * @param passes passes over the log, from its beginning to where it ends when it comes to rest; 0
 *     follows it for ever. Default 0
 * @param passExamples records of the log that make up a pass, all partitions together; 0: a pass
 *     reaches to the end of the log. Default 0
 * @param restAfter the log is at rest when its ends have not moved for so long, > 0; default 2 s
 * @param linger how long a log that is followed has given nothing new before a batch that is not
 *     full is filled with earlier records, or trained as it is, >= 0; default 1 s
 * @param visits how often a record of a log that is followed is trained on, the first time
 *     included, while there is nothing new; 1 is once, >= 1; default 50
 * @param shuffle records of the log that are shuffled together whenever they are gone over again; 1
 *     keeps their order, >= 1; default 1,024
 * @param whenDone what the trainer does after the last pass; default exit
 */
public record PassConfig(
    int passes,
    long passExamples,
    Duration restAfter,
    Duration linger,
    int visits,
    int shuffle,
    WhenDone whenDone) {

  /** What a trainer does when all passes are over and the last checkpoint is published. */
  public enum WhenDone {
    /** Ends, with exit status 0. */
    EXIT,
    /** Goes on serving metrics and health until it is stopped. */
    STAY
  }

  /** Validates. */
  public PassConfig {
    require(passes >= 0, "student.log.passes must be >= 0 (0 never stops), got %s", passes);
    require(
        passExamples >= 0,
        "student.log.pass-examples must be >= 0 (0: to the end of the log), got %s",
        passExamples);
    require(
        !restAfter.isNegative() && !restAfter.isZero(),
        "student.log.rest-after must be > 0, got %s",
        restAfter);
    require(!linger.isNegative(), "student.log.linger must be >= 0, got %s", linger);
    require(visits >= 1, "student.log.visits must be >= 1 (1: once), got %s", visits);
    require(
        shuffle >= 1,
        "student.log.shuffle must be >= 1 (1: the order of the log), got %s",
        shuffle);
  }

  /** Passes of a known size, or to the end of the log, each in the order of the log. */
  public PassConfig(int passes, long passExamples, WhenDone whenDone) {
    this(passes, passExamples, Duration.ofSeconds(2), Duration.ofSeconds(1), 1, 1, whenDone);
  }

  /** Whether every pass is behind {@code position}. */
  public boolean completedBy(LogPosition position) {
    return passes > 0 && position.pass() >= passes;
  }

  /** Whether passes have a fixed size, and so a known end. */
  boolean bounded() {
    return passExamples > 0;
  }

  /** Whether the log is followed without end in a single pass. */
  boolean follows() {
    return !bounded() && passes == 0;
  }
}
