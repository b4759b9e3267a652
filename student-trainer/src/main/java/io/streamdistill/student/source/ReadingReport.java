package io.streamdistill.student.source;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.streamdistill.records.Rejections;
import io.streamdistill.records.Verdict.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what is read while it is read, in metrics and, when nothing comes of it, in the log. All but
 * the gauges belongs to the thread that reads.
 */
public final class ReadingReport {

  private static final Logger log = LoggerFactory.getLogger(ReadingReport.class);

  /** Versions of teachers that have a counter each: the newest. */
  private static final int MAX_TEACHERS = 8;

  /** A batch that waits no longer than this is nothing to write of. */
  private static final Duration SOON = Duration.ofSeconds(3);

  private final MeterRegistry registry;
  private final InstantSource clock;
  private final Rarely rarely;
  private final Map<PassedOver, Counter> passedOverCounters = new EnumMap<>(PassedOver.class);
  private final Map<Reason, Counter> rejectedCounters = new EnumMap<>(Reason.class);
  private final Map<String, Counter> teacherCounters = new LinkedHashMap<>();
  private final Rejections rejections = new Rejections("is not trained on", ReadingReport::remedy);
  private final UnusedRecords unused;
  private @Nullable Instant waitsSince;
  private volatile int waiting;
  private volatile Instant progressedAt;
  private volatile @Nullable SoftTargetLog source;

  /**
   * Registers the meters.
   *
   * @param select as configured, for messages
   */
  public ReadingReport(
      MeterRegistry registry, Selection select, TeacherChoice choice, InstantSource clock) {
    this.registry = registry;
    this.clock = clock;
    rarely = new Rarely(clock);
    unused = new UnusedRecords(select, choice, rarely);
    progressedAt = clock.instant();
    for (PassedOver reason : PassedOver.values()) {
      passedOverCounters.put(
          reason,
          Counter.builder("distill.student.passed.over")
              .description("Fit soft targets that are not trained on, every visit counted")
              .tag("reason", reason.label())
              .register(registry));
    }
    for (Reason reason : Reason.values()) {
      rejectedCounters.put(
          reason,
          Counter.builder("distill.student.rejected")
              .description("Records of the soft-target log that were not fit")
              .tag("reason", reason.label())
              .register(registry));
    }
    Gauge.builder("distill.student.waiting", this, report -> report.waiting)
        .description("Examples that wait for their batch to be full")
        .register(registry);
    for (LogState state : LogState.values()) {
      Gauge.builder("distill.student.log", this, report -> report.state() == state ? 1 : 0)
          .description("What the trainer is doing with its log: 1 for the present state")
          .tag("state", state.label())
          .register(registry);
    }
    Gauge.builder("distill.student.unread", this, ReadingReport::unread)
        .description("Offsets of the soft-target log that were not read yet")
        .register(registry);
    Gauge.builder("distill.student.visits", this, ReadingReport::visits)
        .description("How often every record that was taken was gone over, at least")
        .register(registry);
  }

  private @Nullable LogState state() {
    SoftTargetLog now = source;
    return now == null ? null : now.state();
  }

  private int visits() {
    SoftTargetLog now = source;
    return now == null ? 0 : now.visits();
  }

  /** The log that is read from here on. */
  public void watch(SoftTargetLog log) {
    source = log;
    waiting = 0;
  }

  /** Counts a row of the present batch, which has so many now. */
  void taken(String teacher, int rows) {
    fit();
    unused.used();
    waiting = rows;
    Counter counter = teacherCounters.get(teacher);
    (counter == null ? register(teacher) : counter).increment();
  }

  private Counter register(String teacher) {
    if (teacherCounters.size() == MAX_TEACHERS) {
      String oldest = teacherCounters.keySet().iterator().next();
      Counter gone = teacherCounters.remove(oldest);
      if (gone != null) {
        var ignored = registry.remove(gone);
      }
    }
    Counter counter =
        Counter.builder("distill.student.teacher.examples")
            .description("Soft targets taken for training, by the version of their teacher")
            .tag("version", teacher)
            .register(registry);
    teacherCounters.put(teacher, counter);
    return counter;
  }

  /** Counts a fit example that is not trained on. */
  void passedOver(PassedOver reason, boolean firstVisit) {
    progressed();
    if (firstVisit) {
      rejections.accepted(1);
    }
    Counter counter = passedOverCounters.get(reason);
    if (counter != null) {
      counter.increment();
    }
    if (firstVisit) {
      unused.passedOver(reason);
    }
  }

  /** A record that is fit was looked at. */
  public void fit() {
    progressed();
    rejections.accepted(1);
  }

  /** A record that is not fit was looked at. */
  public void unfit(Rejection rejection) {
    progressed();
    ConsumerRecord<byte[], byte[]> record = rejection.record();
    rejections.rejected(
        rejection.reason(),
        rejection.detail(),
        "Record at %s-%d, offset %d"
            .formatted(record.topic(), record.partition(), record.offset()));
  }

  /** Counts a record that is not fit. */
  void rejected(Rejection rejection) {
    unfit(rejection);
    Reason reason = rejection.reason();
    Counter counter = rejectedCounters.get(reason);
    if (counter != null) {
      counter.increment();
    }
    unused.rejected();
  }

  private void progressed() {
    progressedAt = clock.instant();
  }

  /**
   * What keeps records from being trained on, in one line; empty when nothing does. From any
   * thread.
   *
   * @param patience after which records that lie unread are worth a word
   */
  public Optional<String> problem(Duration patience) {
    Optional<String> unfit = rejections.problem();
    if (unfit.isPresent()) {
      return unfit;
    }
    long unread = unread();
    Duration since = Duration.between(progressedAt, clock.instant());
    return unread > 0 && since.compareTo(patience) >= 0
        ? Optional.of(
            "%d offsets of the log lie unread, and no record was read for %d s: a partition without a leader, a transaction that nobody ends (distill topics repair), or a step that takes long; see docs/troubleshooting.md"
                .formatted(unread, since.toSeconds()))
        : Optional.empty();
  }

  private long unread() {
    SoftTargetLog now = source;
    return now == null ? 0 : now.unread();
  }

  private static String remedy(Reason reason) {
    return switch (reason) {
      case WRONG_CLASS_MAP -> "Check that classes are those of the teacher, in the same order";
      case WRONG_FEATURE_TYPE, WRONG_FEATURE_LENGTH ->
          "Check features.type and features.shape against those of the teacher";
      case LABEL_OUT_OF_RANGE -> "Check the list of classes against the labels";
      case BAD_WEIGHT -> "Check the weights that producers send, and student.max-weight";
      case NON_FINITE_FEATURES -> "Check what producers send";
      default -> "Check what is written to the soft-target topic";
    };
  }

  /** Called while a batch waits for the log; says so when that takes long. */
  void waits(int rows, int batchSize, SoftTargetLog waitedFor) {
    Instant now = clock.instant();
    if (waitsSince == null) {
      waitsSince = now;
    } else if (Duration.between(waitsSince, now).compareTo(SOON) >= 0) {
      nothingComes();
      if (rows > 0) {
        if (rarely.isDue("batch")) {
          log.info(
              "waits for a full batch ({} of {} examples): {}",
              rows,
              batchSize,
              waitedFor.awaited());
        }
      } else if (rarely.isDue("record")) {
        log.info("waits for examples: {}", waitedFor.awaited());
      }
    }
  }

  /** Called when the log gives nothing more for now. */
  void nothingComes() {
    unused.warn();
  }

  /** The present batch is complete. */
  void closed() {
    waiting = 0;
    waitsSince = null;
  }
}
