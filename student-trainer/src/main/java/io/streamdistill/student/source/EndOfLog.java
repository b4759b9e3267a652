package io.streamdistill.student.source;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SortedMap;

/** Whether the log holds something that was not taken yet, as of the last look at its end. */
final class EndOfLog {

  /** How often the end of the log is asked for while the trainer waits there. */
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  private final PartitionMerge merge;
  private final LogEnds ends;
  private final InstantSource clock;
  private Instant nextLook = Instant.MIN;
  private boolean allTaken; // and nothing came since that was found out

  EndOfLog(PartitionMerge merge, LogEnds ends, InstantSource clock) {
    this.merge = merge;
    this.ends = ends;
    this.clock = clock;
  }

  /** Looks, unless the last look was only a while ago. */
  void lookNowAndThen() {
    ends.lookNowAndThen();
  }

  /** Where the log ends, by partition, as was seen last. */
  SortedMap<Integer, Long> ends() {
    return ends.ends();
  }

  /** A record came. */
  void moved() {
    allTaken = false;
  }

  /** Whether everything that the log holds is taken, as Kafka says after the last record of it. */
  boolean isAllTaken() {
    if (allTaken || merge.atHand().count() > 0) {
      return allTaken;
    }
    Instant now = clock.instant();
    if (now.isBefore(nextLook)) {
      return false;
    }
    nextLook = now.plus(BETWEEN_LOOKS);
    allTaken = ends.look() && merge.hasTaken(ends.ends());
    return allTaken;
  }

  /** As {@link #isAllTaken}, by a look at this very moment. */
  boolean looksAllTaken() {
    nextLook = Instant.MIN;
    allTaken = false;
    return isAllTaken();
  }

  /** Whether the log rests, and all of it is taken, by a look at this very moment. */
  boolean isReached() {
    return ends.rest() && merge.hasTaken(ends.ends()) && ends.look() && merge.hasTaken(ends.ends());
  }
}
