package io.streamdistill.records;

import io.streamdistill.records.Verdict.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what is rejected: the first record of a kind, then fewer and fewer of those that follow; and
 * when it is most of what comes, since then a key of the configuration is wrong rather than a
 * record. Thread-safe.
 */
public final class Rejections {

  private static final Logger log = LoggerFactory.getLogger(Rejections.class);

  /** Newest records that are looked at. */
  private static final int WINDOW = 1000;

  /** Fewer decide nothing. */
  private static final int ENOUGH = 32;

  /** Enough to decide when none was ever accepted. */
  private static final int FROM_THE_START = 5;

  private static final double TOO_MANY = 0.5;
  private static final double FEW_AGAIN = 0.25;

  private final String fate;
  private final Function<Reason, String> remedy;
  private final @Nullable Reason[] window = new Reason[WINDOW]; // null: accepted
  private final Map<Reason, Integer> counts = new EnumMap<>(Reason.class);
  private final Map<Reason, Long> all = new EnumMap<>(Reason.class);
  private long seen;
  private int rejected;
  private int inARow; // newest ones that were rejected, without one that was accepted
  private String detail = "";
  private volatile @Nullable String problem;

  /**
   * Nothing seen yet.
   *
   * @param fate what becomes of a record that is rejected, for the log: {@code goes to ...}
   * @param remedy what to do about records that are rejected so, as a sentence without a full stop
   */
  public Rejections(String fate, Function<Reason, String> remedy) {
    this.fate = fate;
    this.remedy = remedy;
  }

  /** So many records were accepted. */
  public synchronized void accepted(int records) {
    for (int i = 0; i < records; i++) {
      add(null);
    }
    judge();
  }

  /**
   * A record was rejected.
   *
   * @param which it is and where it lies, for the log: {@code Record at t-0, offset 3}
   */
  public synchronized void rejected(Reason reason, String why, String which) {
    detail = why;
    add(reason);
    long count = all.merge(reason, 1L, Long::sum);
    if (isPowerOfTen(count)) {
      log.warn(
          "{} is not fit ({}) and {}: {} ({} so far)", which, reason.label(), fate, why, count);
    }
    judge();
  }

  private void add(@Nullable Reason reason) {
    int slot = (int) (seen++ % WINDOW);
    Reason old = window[slot];
    if (old != null) {
      counts.merge(old, -1, Integer::sum);
      rejected--;
    }
    window[slot] = reason;
    inARow = reason == null ? 0 : inARow + 1;
    if (reason != null) {
      counts.merge(reason, 1, Integer::sum);
      rejected++;
    }
  }

  private void judge() {
    if (rejected == 0 && problem == null) {
      return;
    }
    long records = Math.min(seen, WINDOW);
    double share = (double) rejected / records;
    boolean tooMany =
        inARow >= ENOUGH
            || (inARow == seen && seen >= FROM_THE_START)
            || (records >= ENOUGH && share > TOO_MANY);
    if (problem == null && tooMany) {
      problem = described(records);
      log.error("{}", problem);
    } else if (problem != null && share < FEW_AGAIN && !tooMany) {
      problem = null;
      log.info("of the last {} records, {} were not fit: most are again", records, rejected);
    } else if (problem != null) {
      problem = described(records);
    }
  }

  private String described(long records) {
    Reason most = most(counts);
    return "%d of the last %d records are not fit, %d of them as %s, the last one because: %s. %s"
        .formatted(
            rejected,
            records,
            counts.getOrDefault(most, 0),
            most.label(),
            detail,
            remedy.apply(most));
  }

  /** The reason with the greatest count. */
  public static Reason most(Map<Reason, Integer> counts) {
    Reason most = Reason.EMPTY;
    for (Reason reason : Reason.values()) {
      most = counts.getOrDefault(reason, 0) > counts.getOrDefault(most, 0) ? reason : most;
    }
    return most;
  }

  private static boolean isPowerOfTen(long count) {
    long power = 1;
    while (power < count) {
      power *= 10;
    }
    return power == count;
  }

  /** What is wrong, in one line; empty while most records are fit. From any thread. */
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }
}
