package io.streamdistill.student.source;

import static io.streamdistill.core.config.Require.require;

import java.time.Duration;

/**
 * How often, and how far, the log is read.
 *
 * @param passes passes over the log; 0 never stops. Default 0
 * @param passExamples records of the log that make up a pass, all partitions together; 0: a pass
 *     reaches to the end of the log, and is over when nothing came for {@code partitionIdle} (with
 *     {@code passes: 1} or 0 the log is followed for ever). Default 0
 * @param partitionIdle how long the merge waits for a partition whose turn it is while others have
 *     records, before it goes on without it; a wait that ends so costs the run its bit-for-bit
 *     repeatability. Default 30 s
 * @param whenDone what the trainer does after the last pass; default exit
 */
public record PassConfig(int passes, long passExamples, Duration partitionIdle, WhenDone whenDone) {

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
        !partitionIdle.isNegative() && !partitionIdle.isZero(),
        "student.log.partition-idle must be > 0, got %s",
        partitionIdle);
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
    return !bounded() && passes <= 1;
  }
}
