package io.streamdistill.teacher;

import io.streamdistill.kafka.TopicSnapshot;
import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.records.format.SourceRecord;
import io.streamdistill.teacher.topology.RecordJudge;
import io.streamdistill.teacher.topology.StartGate;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * While the teacher holds: looks at newer records. When those are fit, what was rejected is old,
 * and nothing is to be corrected any more.
 */
final class HoldLook {

  private static final Logger log = LoggerFactory.getLogger(HoldLook.class);

  /** Newest records of every partition, at the beginning of the hold. */
  private static final int TAIL = 32;

  /** So many decide; fewer only when all of them are fit. */
  private static final int ENOUGH = 32;

  private static final int FEW = 4;

  /** Seconds between two looks. */
  private static final int EVERY = 5;

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final TopicWatch watch;
  private final String transferSet;
  private final StartGate gate;
  private final RecordJudge judge;
  private final double maxShare;
  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final Map<TopicPartition, Long> next = new HashMap<>();
  private int ticks;
  private boolean begun;
  private int seen;
  private int rejected;

  HoldLook(
      TopicWatch watch,
      String transferSet,
      StartGate gate,
      RecordJudge judge,
      double maxShare,
      Supplier<Consumer<byte[], byte[]>> consumers) {
    this.watch = watch;
    this.transferSet = transferSet;
    this.gate = gate;
    this.judge = judge;
    this.maxShare = maxShare;
    this.consumers = consumers;
  }

  /** A second is over; called by one thread. */
  void tick() {
    if (++ticks % EVERY == 0 && gate.isHolding()) {
      look();
    }
  }

  private void look() {
    TopicSnapshot topic = watch.look(transferSet);
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      if (!begun) {
        begin(topic);
        read(consumer, topic);
        decide(ENOUGH, "the newest records of the transfer set are fit");
        begun = true;
        seen = 0;
        rejected = 0;
        return;
      }
      read(consumer, topic);
    }
    decide(rejected == 0 ? FEW : ENOUGH, "records that came since are fit");
    if (seen >= ENOUGH) {
      seen = 0; // only those to come
      rejected = 0;
    }
  }

  private void begin(TopicSnapshot topic) {
    topic
        .ends()
        .forEach(
            (partition, end) ->
                next.put(
                    new TopicPartition(transferSet, partition),
                    Math.max(topic.beginnings().getOrDefault(partition, 0L), end - TAIL)));
  }

  private void read(Consumer<byte[], byte[]> consumer, TopicSnapshot topic) {
    topic
        .beginnings()
        .forEach(
            (partition, first) ->
                next.merge(new TopicPartition(transferSet, partition), first, Math::max));
    consumer.assign(next.keySet());
    next.forEach(consumer::seek);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end && isBehind(topic)) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        seen++;
        rejected += judge.judge(SourceRecord.of(record)) instanceof Rejected ? 1 : 0;
      }
      next.replaceAll((partition, offset) -> consumer.position(partition, PATIENCE));
    }
  }

  private boolean isBehind(TopicSnapshot topic) {
    return next.entrySet().stream()
        .anyMatch(
            partition ->
                partition.getValue()
                    < topic.ends().getOrDefault(partition.getKey().partition(), 0L));
  }

  private void decide(int enough, String why) {
    log.debug("Of {} newer records, {} would be rejected", seen, rejected);
    if (seen >= enough && rejected <= maxShare * seen) {
      gate.release("%s (%d of %d)".formatted(why, seen - rejected, seen));
    }
  }
}
