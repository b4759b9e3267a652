package io.streamdistill.teacher.topology;

import java.time.Clock;
import java.time.Duration;

/**
 * What processors share with the clients that poll, send and commit for them.
 *
 * @param waiting offsets that must not be committed yet
 * @param refusals records that led to something that a topic refused
 * @param gate whether the first records are fit
 * @param inFlight bytes that were polled and not finished
 * @param pace how long batches take and transactions may
 * @param outage whether the teacher cannot score just now
 */
public record Flow(
    WaitingOffsets waiting,
    Refusals refusals,
    StartGate gate,
    InFlight inFlight,
    Pace pace,
    TeacherOutage outage) {

  /** One that holds nothing up. */
  public static Flow free() {
    return new Flow(
        new WaitingOffsets(),
        new Refusals(),
        new StartGate(1, Clock.systemUTC()),
        new InFlight(Long.MAX_VALUE),
        new Pace(Duration.ofHours(1), Duration.ZERO, System::nanoTime),
        new TeacherOutage(System::nanoTime));
  }
}
