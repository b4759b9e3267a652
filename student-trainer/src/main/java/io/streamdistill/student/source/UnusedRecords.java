package io.streamdistill.student.source;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records of which none was trained on, while that is so: it warns of them now and then, and says
 * what to do. Belongs to the thread that reads.
 */
final class UnusedRecords {

  private static final Logger log = LoggerFactory.getLogger(UnusedRecords.class);

  /** So many more are worth another look. */
  private static final long MANY = 1_000;

  private final Map<PassedOver, Long> passedOver = new EnumMap<>(PassedOver.class);
  private final String select;
  private final TeacherChoice choice;
  private final Rarely rarely;
  private long rejected;
  private boolean used;

  UnusedRecords(Selection select, TeacherChoice choice, Rarely rarely) {
    this.select = select.name().toLowerCase(Locale.ROOT);
    this.choice = choice;
    this.rarely = rarely;
  }

  /** A record is trained on: that is the end of it. */
  void used() {
    used = true;
  }

  void passedOver(PassedOver reason) {
    if (!used) {
      passedOver.merge(reason, 1L, Long::sum);
      grown();
    }
  }

  void rejected() {
    if (!used) {
      rejected++;
      grown();
    }
  }

  private void grown() {
    if (count() % MANY == 0) {
      warn();
    }
  }

  private long count() {
    return rejected + passedOver.values().stream().mapToLong(Long::longValue).sum();
  }

  void warn() {
    if (used || count() == 0 || !rarely.isDue("unused")) {
      return;
    }
    log.warn(
        "nothing to train on so far: of {} records read, {}. {}",
        count(),
        passedOver.entrySet().stream()
                .filter(count -> count.getValue() > 0)
                .map(count -> count.getValue() + " are passed over as " + count.getKey().label())
                .collect(Collectors.joining(", "))
            + (rejected > 0 ? " and " + rejected + " are not fit and become dead letters" : ""),
        remedy());
  }

  private String remedy() {
    long most = passedOver.values().stream().mapToLong(Long::longValue).max().orElse(0);
    if (rejected > most) {
      return "The headers of topic dead-letters say what is wrong with each";
    }
    if (passedOver.getOrDefault(PassedOver.UNLABELLED, 0L) == most) {
      return "student.select is "
          + select
          + ": set it to all, which trains on the soft targets, or feed labels";
    }
    if (passedOver.getOrDefault(PassedOver.OTHER_TEACHER, 0L) == most) {
      return "student.teacher-versions is "
          + choice
          + ": set it to all, or to a version that is on the log";
    }
    return "student.gate.hold-out-share holds them out: lower it, or feed more examples";
  }
}
