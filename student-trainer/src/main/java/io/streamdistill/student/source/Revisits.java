package io.streamdistill.student.source;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SortedMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** What is read again while the log has nothing new, and what the trainer is doing meanwhile. */
final class Revisits {

  /** How often something new is looked for while earlier records are taken. */
  private static final Duration GLANCE = Duration.ofMillis(20);

  private final EarlierRecords earlier;
  private final PartitionMerge merge;
  private final RestingLog sayings;
  private final InstantSource clock;
  private Instant nextGlance = Instant.MIN;
  private volatile LogState state = LogState.FOLLOWING;
  private volatile int visits;

  Revisits(EarlierRecords earlier, PartitionMerge merge, RestingLog sayings, InstantSource clock) {
    this.earlier = earlier;
    this.merge = merge;
    this.sayings = sayings;
    this.clock = clock;
  }

  /** Something new is to be read. */
  void endForNow() {
    state = LogState.FOLLOWING;
  }

  /** Something new was read, which is gone over later, too. */
  void renew() {
    state = LogState.FOLLOWING;
    earlier.renew();
  }

  /** Whether it is time to look for something new; always, unless earlier records are taken. */
  boolean isGlanceDue() {
    return state != LogState.REVISITING || !clock.instant().isBefore(nextGlance);
  }

  void glanced() {
    nextGlance = clock.instant().plus(GLANCE);
  }

  /** Whether there are earlier records to be had. */
  boolean isUnderWay() {
    return state == LogState.REVISITING;
  }

  /** The next earlier record, or null when there is none, or none yet. */
  @Nullable ConsumerRecord<byte[], byte[]> peek() {
    SortedMap<Integer, Long> frontier = merge.next();
    ConsumerRecord<byte[], byte[]> record = earlier.peek(frontier);
    LogState now = earlier.hasMore(frontier) ? LogState.REVISITING : LogState.RESTING;
    if (now != state) {
      state = now;
      visits = earlier.visits().least(frontier);
      sayings.say(state, merge.taken(), visits);
    }
    return record;
  }

  /** The next one of a recorded order. */
  @Nullable ConsumerRecord<byte[], byte[]> peekRecorded() {
    state = LogState.REVISITING;
    return earlier.peekRecorded();
  }

  /** Where the log stands, with what was gone over. */
  LogPosition position(LogPosition position, boolean follows) {
    if (!follows) {
      visits = position.pass();
      return position;
    }
    LogPosition visited = position.with(earlier.visits());
    visits = visited.visits().least(visited.next());
    return visited;
  }

  /** May be called from any thread. */
  LogState state() {
    return state;
  }

  /** How often every record was gone over, at least; may be called from any thread. */
  int visits() {
    return visits;
  }
}
