package io.streamdistill.teacher.topology;

import io.streamdistill.core.transfer.Verdict.Reason;
import io.streamdistill.core.transfer.Verdict.Rejected;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when most of what comes is rejected: then a model or a key of the configuration is wrong,
 * rather than single records. Thread-safe.
 */
public final class RejectionWatch {

  private static final Logger log = LoggerFactory.getLogger(RejectionWatch.class);

  /** Newest records that are looked at. */
  private static final int WINDOW = 1000;

  /** Fewer decide nothing. */
  private static final int ENOUGH = 32;

  private static final double TOO_MANY = 0.5;
  private static final double FEW_AGAIN = 0.25;

  private final @Nullable Reason[] window = new Reason[WINDOW]; // null: scored
  private final Map<Reason, Integer> counts = new EnumMap<>(Reason.class);
  private long seen;
  private final Map<Reason, Long> all = new EnumMap<>(Reason.class);
  private int rejected;
  private int inARow; // newest ones that were rejected, without one that was scored
  private String detail = "";
  private volatile @Nullable String problem;

  RejectionWatch() {}

  /** So many records were scored. */
  synchronized void scored(int records) {
    for (int i = 0; i < records; i++) {
      add(null);
    }
    judge();
  }

  /** A record was rejected; {@code where} it lies is for the log. */
  synchronized void rejected(Rejected<?> why, String where) {
    detail = why.detail();
    add(why.reason());
    long count = all.merge(why.reason(), 1L, Long::sum);
    if (isPowerOfTen(count)) { // the first one, and fewer and fewer of those that follow
      log.warn(
          "{} goes to the dead letters as {}: {} ({} so far)",
          where,
          why.reason().label(),
          why.detail(),
          count);
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
    long records = Math.min(seen, WINDOW);
    if (records < ENOUGH) {
      return;
    }
    double share = (double) rejected / records;
    boolean tooMany = share > TOO_MANY || inARow >= ENOUGH;
    if (problem == null && tooMany) {
      problem = described(records);
      log.error("{}", problem);
    } else if (problem != null && share < FEW_AGAIN && !tooMany) {
      problem = null;
      log.info(
          "Of the last {} records, {} were rejected: most are scored again", records, rejected);
    } else if (problem != null) {
      problem = described(records);
    }
  }

  private String described(long records) {
    Reason most = Reasons.most(counts);
    return "%d of the last %d records were rejected and went to the dead letters, %d of them as %s, the last one because: %s. %s"
        .formatted(
            rejected,
            records,
            counts.getOrDefault(most, 0),
            most.label(),
            detail,
            Reasons.remedy(most));
  }

  private static boolean isPowerOfTen(long count) {
    long power = 1;
    while (power < count) {
      power *= 10;
    }
    return power == count;
  }

  /** What is wrong, in one line; empty when most records are scored. */
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }
}
