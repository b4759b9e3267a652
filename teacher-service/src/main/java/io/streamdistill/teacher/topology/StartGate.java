package io.streamdistill.teacher.topology;

import io.streamdistill.records.Rejections;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the first records after the start. When most of them are rejected, a key of the
 * configuration is wrong rather than the records: then the teacher holds, instead of moving the
 * whole topic to the dead letters. Thread-safe.
 *
 * <p>It holds until {@link #release}, which is for who sees that newer records are fit.
 */
public final class StartGate {

  private static final Logger log = LoggerFactory.getLogger(StartGate.class);

  /** Records that decide whether the teacher holds. */
  private static final int FIRST = 1000;

  /** Fewer decide nothing. */
  private static final int ENOUGH = 32;

  /** How long what is rejected waits for enough records to decide. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private enum State {
    /** What follows a rejected record waits. */
    UNDECIDED,
    /** The first few were fit; the next ones are still counted. */
    WATCHING,
    HOLDING,
    OPEN
  }

  private final double maxShare;
  private final Clock clock;
  private final Map<Reason, Integer> reasons = new EnumMap<>(Reason.class);
  private State state;
  private int seen;
  private int rejected;
  private long waitingSince = Long.MAX_VALUE; // ms, of what was rejected while undecided
  private String detail = "";
  private volatile boolean open;
  private volatile boolean holding;

  /**
   * Creates a gate.
   *
   * @param maxShare of the first records that may be rejected; 1 never holds
   */
  public StartGate(double maxShare, Clock clock) {
    this.maxShare = maxShare;
    this.clock = clock;
    state = maxShare >= 1 ? State.OPEN : State.UNDECIDED;
    open = state == State.OPEN;
  }

  /** Whether nothing needs to be counted any more. */
  boolean isOpen() {
    return open;
  }

  /** Whether nothing is scored, sent or committed. */
  public boolean isHolding() {
    return holding;
  }

  /** Whether records may go on; those that may not wait in their order. */
  synchronized boolean letsThrough() {
    return switch (state) {
      case OPEN, WATCHING -> true;
      case HOLDING -> false;
      case UNDECIDED -> {
        if (waitingSince != Long.MAX_VALUE
            && clock.millis() - waitingSince >= PATIENCE.toMillis()) {
          waitingSince = Long.MAX_VALUE; // a slow stream: nobody waits for more of it
        }
        yield waitingSince == Long.MAX_VALUE;
      }
    };
  }

  /** Counts a record that came for the first time. */
  synchronized void judged(Verdict<?> verdict) {
    if (state == State.OPEN || state == State.HOLDING) {
      return;
    }
    seen++;
    if (verdict instanceof Rejected<?> why) {
      rejected++;
      reasons.merge(why.reason(), 1, Integer::sum);
      detail = why.detail();
      waitingSince = Math.min(waitingSince, clock.millis());
    }
    if (seen < ENOUGH) {
      return;
    }
    if (rejected > maxShare * seen) {
      hold();
    } else {
      state = seen < FIRST ? State.WATCHING : State.OPEN;
      open = state == State.OPEN;
    }
  }

  private void hold() {
    state = State.HOLDING;
    holding = true;
    log.error("{}", described());
  }

  /**
   * Goes on, since records are fit again; what was rejected goes to the dead letters.
   *
   * @param why for the log
   */
  public synchronized void release(String why) {
    if (state == State.HOLDING) {
      state = State.OPEN;
      open = true;
      holding = false;
      log.warn("The teacher holds no longer: {}. What was rejected goes to the dead letters", why);
    }
  }

  /** Why it holds, and what to do, in one line; empty when it does not. */
  public synchronized Optional<String> problem() {
    return holding ? Optional.of(described()) : Optional.empty();
  }

  private String described() {
    Reason most = Rejections.most(reasons);
    return ("the teacher holds: of the first %d records, %d were rejected, %d of them as %s, the last"
            + " one because: %s. Nothing is scored, sent to the dead letters or committed meanwhile."
            + " %s, and start it again. It goes on by itself when newer records are fit, and with"
            + " teacher.limits.max-rejected-share 1, which sends them to the dead letters")
        .formatted(
            seen,
            rejected,
            reasons.getOrDefault(most, 0),
            most.label(),
            detail,
            Reasons.remedy(most));
  }
}
