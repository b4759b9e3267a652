package io.streamdistill.teacher;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.streamdistill.kafka.LostRecords;
import io.streamdistill.kafka.LostRecords.How;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.kafka.OnLostRecords;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what is lost, and stops or says so; once for each loss. Thread-safe. */
final class Losses {

  private static final Logger log = LoggerFactory.getLogger(Losses.class);

  private static final String REMEDY =
      "set teacher.on-lost-records to continue, for one start at least, to go on at what there is";

  private final OnLostRecords policy;
  private final Map<How, Counter> counters = new EnumMap<>(How.class);
  private final Set<LostRecords> told = ConcurrentHashMap.newKeySet();

  Losses(OnLostRecords policy, MeterRegistry registry) {
    this.policy = policy;
    for (How how : How.values()) {
      counters.put(
          how,
          Counter.builder("distill.teacher.lost.records")
              .description("Records that were to be read next, and could not be any more")
              .tag("how", how.label())
              .register(registry));
    }
  }

  /**
   * Records of the transfer set are lost.
   *
   * @throws LostRecordsException when the service is to stop
   */
  void tell(List<LostRecords> lost) {
    List<LostRecords> fresh = lost.stream().filter(told::add).toList();
    fresh.forEach(this::count);
    if (!lost.isEmpty() && policy == OnLostRecords.STOP) {
      throw new LostRecordsException(lost, REMEDY);
    }
    if (!fresh.isEmpty()) {
      log.error(
          "{}; the teacher goes on at what there is, as teacher.on-lost-records says",
          LostRecordsException.described(fresh));
    }
  }

  /**
   * The soft targets of records that count as done are lost.
   *
   * @param lost those of one partition
   * @throws LostRecordsException when the service is to stop
   */
  void tellSoftTargets(LostRecords lost) {
    boolean first = told.add(lost);
    if (first) {
      count(lost);
    }
    if (policy == OnLostRecords.STOP) {
      throw new LostRecordsException(
          List.of(lost),
          "these are the soft targets of what the teacher has scored. To make them again, set another"
              + " teacher.application-id; to go on behind them, set teacher.on-lost-records to"
              + " continue, for one start at least");
    }
    if (first) {
      log.error(
          "{}; the teacher goes on behind these soft targets, as teacher.on-lost-records says",
          LostRecordsException.described(List.of(lost)));
    }
  }

  private void count(LostRecords lost) {
    Objects.requireNonNull(counters.get(lost.how()))
        .increment((double) Math.max(1, lost.records()));
  }
}
