package io.streamdistill.system;

import io.streamdistill.cli.process.DistillProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * A service that is killed a random moment after its output has passed each of some marks, and
 * started again. Now and then it is killed once more while it starts.
 */
final class Victim {

  private static final int ONE_IN = 4; // restarts that are killed, too
  private static final Duration RESTART = Duration.ofSeconds(5); // about as long as one takes
  private static final long NEVER = Long.MAX_VALUE;

  /** Starts the process. */
  @FunctionalInterface
  interface Start {
    DistillProcess start() throws IOException;
  }

  private final String name;
  private final Start start;
  private final Deque<Long> marks;
  private final Duration longestDelay;
  private final Random random;

  private DistillProcess process;
  private long killTime = NEVER;
  private boolean starting;
  private final List<Long> kills = new ArrayList<>();
  private int killsOfStarts;

  /**
   * Starts the service.
   *
   * @param marks progress after which it is killed, growing
   * @param longestDelay from a mark to its kill, at most
   */
  Victim(String name, Start start, List<Long> marks, Duration longestDelay, Random random)
      throws IOException {
    this.name = name;
    this.start = start;
    this.marks = new ArrayDeque<>(marks);
    this.longestDelay = longestDelay;
    this.random = random;
    this.process = start.start();
  }

  /**
   * Kills and restarts the service when it is time.
   *
   * @param progress how much of its output is visible to readers
   * @param busy whether it has more to do at this moment; it is spared when it has not
   */
  void observe(long progress, boolean busy) throws IOException {
    if (!process.isAlive()) {
      return;
    }
    long now = System.nanoTime();
    if (killTime == NEVER && atMark(progress)) {
      killTime = now + random.nextLong(longestDelay.toNanos());
    }
    if (now >= killTime && busy) {
      kill(progress);
      process = start.start();
      starting = !starting && random.nextInt(ONE_IN) == 0;
      killTime = starting ? System.nanoTime() + random.nextLong(RESTART.toNanos()) : NEVER;
    }
  }

  /** Whether a mark is passed, by what the present process has done. */
  private boolean atMark(long progress) {
    long before = kills.isEmpty() ? 0 : kills.get(kills.size() - 1);
    return !marks.isEmpty() && progress >= marks.peek() && progress > before;
  }

  private void kill(long progress) {
    process.kill();
    System.out.printf("killed %s at %d%s%n", name, progress, starting ? ", while it started" : "");
    if (starting) {
      killsOfStarts++;
    } else {
      kills.add(progress);
      marks.remove();
    }
  }

  /** The present process. */
  DistillProcess process() {
    return process;
  }

  /** The progress at each kill, those of starts apart. */
  List<Long> kills() {
    return List.copyOf(kills);
  }

  /** How often it was started. */
  int starts() {
    return 1 + kills.size() + killsOfStarts;
  }
}
