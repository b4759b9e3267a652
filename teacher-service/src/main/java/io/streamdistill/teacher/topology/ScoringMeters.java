package io.streamdistill.teacher.topology;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.streamdistill.records.EventTimes;
import io.streamdistill.records.Rejections;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the teacher service counts and measures; shared by all of its tasks. */
public final class ScoringMeters {

  private static final Logger log = LoggerFactory.getLogger(ScoringMeters.class);

  private final Counter scored;
  private final Map<Reason, Counter> rejected = new EnumMap<>(Reason.class);
  private final DistributionSummary batchSize;
  private final Timer inference;
  private final Timer latency;
  private final Counter redated;
  private final Counter oddEventTimes;
  private final AtomicInteger pending = new AtomicInteger();
  private final TeacherAccuracy accuracy;
  private final Rejections rejections = new Rejections("goes to the dead letters", Reasons::remedy);

  /** Registers the meters, all under {@code distill.teacher}. */
  public ScoringMeters(MeterRegistry registry) {
    scored =
        Counter.builder("distill.teacher.scored")
            .description("Soft targets produced; those of an aborted transaction count again")
            .register(registry);
    Arrays.stream(Reason.values())
        .forEach(
            reason ->
                rejected.put(
                    reason,
                    Counter.builder("distill.teacher.rejected")
                        .description("Records sent to the dead-letter topic")
                        .tag("reason", reason.label())
                        .register(registry)));
    batchSize =
        DistributionSummary.builder("distill.teacher.batch.size")
            .description("Records per batch scored")
            .baseUnit("records")
            .register(registry);
    inference =
        Timer.builder("distill.teacher.inference")
            .description("Time to score one batch")
            .publishPercentileHistogram()
            .register(registry);
    latency =
        Timer.builder("distill.teacher.latency")
            .description("From the event time of an example to its soft target")
            .publishPercentileHistogram()
            .minimumExpectedValue(Duration.ofMillis(1))
            .maximumExpectedValue(Duration.ofHours(1))
            .register(registry);
    redated =
        Counter.builder("distill.teacher.redated")
            .description("Soft targets dated now, since their topic refuses the record's timestamp")
            .register(registry);
    oddEventTimes =
        Counter.builder("distill.teacher.event.time.odd")
            .description(
                "Examples whose event time is in the future, or so old that it is not meant")
            .register(registry);
    Gauge.builder("distill.teacher.pending", pending, AtomicInteger::get)
        .description("Records that wait for their batch to fill")
        .register(registry);
    accuracy = new TeacherAccuracy(registry);
    Gauge.builder(
            "distill.teacher.labelled.share",
            () -> scored.count() == 0 ? Double.NaN : accuracy.labelled() / scored.count())
        .description("Share of the examples scored that carry a label")
        .register(registry);
  }

  /**
   * A batch was scored.
   *
   * @param answered records among them that the teacher has an answer to
   */
  void batch(int records, int answered, Duration took) {
    batchSize.record(records);
    inference.record(took);
    scored.increment(answered);
    rejections.accepted(answered);
  }

  /** The teacher's answer (classes) to an example that carries a label. */
  void labelled(int label, double[] logProbabilities) {
    accuracy.add(label, logProbabilities);
  }

  /** Event times that cannot be meant are counted apart, and are no latency. */
  void latency(Instant scored, Instant event) {
    long now = scored.toEpochMilli();
    if (EventTimes.isMeant(event.toEpochMilli(), now)) {
      latency.record(Math.max(0, now - event.toEpochMilli()), TimeUnit.MILLISECONDS);
    } else {
      oddEventTimes.increment();
    }
  }

  /** A soft target was dated now; {@code where} its example lies is for the log. */
  void redated(String where, long timestamp) {
    redated.increment();
    if (redated.count() == 1) {
      log.warn(
          "The soft target of {} is dated now instead of {}, which its topic refuses"
              + " (message.timestamp.before.max.ms, message.timestamp.after.max.ms). The header {} has"
              + " the timestamp; further ones are only counted",
          where,
          timestamp,
          TransferRecord.TIMESTAMP);
    }
  }

  /** A record was rejected; {@code where} it lies is for the log. */
  void rejected(Rejected<?> why, String where) {
    Counter counter = rejected.get(why.reason());
    if (counter != null) {
      counter.increment();
    }
    rejections.rejected(why.reason(), why.detail(), where);
  }

  /** Whether most of what comes is rejected. */
  public Rejections rejections() {
    return rejections;
  }

  void pending(int change) {
    pending.addAndGet(change);
  }

  /** Records that wait for their batch, in all tasks of the instance. */
  int pending() {
    return pending.get();
  }
}
