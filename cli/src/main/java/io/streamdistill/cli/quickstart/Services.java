package io.streamdistill.cli.quickstart;

import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.cli.process.Launch;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/** The processes of a quickstart. */
final class Services implements AutoCloseable {

  private final QuickstartFiles files;
  private final boolean keep;
  private final Deque<DistillProcess> running = new ArrayDeque<>();

  /**
   * Creates an empty set.
   *
   * @param keep whether they go on when this process ends
   */
  Services(QuickstartFiles files, boolean keep) {
    this.files = files;
    this.keep = keep;
  }

  DistillProcess start(String name, String... arguments) {
    Launch launch = Launch.of(files.logs().resolve(name + ".log"), arguments).in(files.home());
    DistillProcess process = DistillProcess.start(keep ? launch.outlivingParent() : launch);
    running.push(process);
    return process;
  }

  /** Ends with a clear message when a service did not stay up; a trainer that is done may end. */
  void requireRunning() throws InterruptedException {
    for (DistillProcess process : running) {
      if (!process.isAlive() && process.awaitExit(Duration.ofSeconds(1)) != 0) {
        throw new QuickstartException(
            "a service ended; see the end of its log %s:%n%s"
                .formatted(process.logFile(), lastLines(process.output(), 15)));
      }
    }
  }

  private static String lastLines(String text, int count) {
    List<String> lines = text.lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
  }

  void remove(DistillProcess process) {
    running.remove(process);
  }

  /** Services that still run, in the order of their start. */
  List<DistillProcess> all() {
    List<DistillProcess> services = new ArrayList<>(running);
    Collections.reverse(services);
    return services;
  }

  /** Stops what was started, newest first. */
  @Override
  public synchronized void close() {
    while (!running.isEmpty()) {
      running.pop().close();
    }
  }
}
