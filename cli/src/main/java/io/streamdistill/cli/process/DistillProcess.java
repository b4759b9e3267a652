package io.streamdistill.cli.process;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A {@code distill} command in a child JVM, which ends when this JVM does. */
public final class DistillProcess implements AutoCloseable {

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(40);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final int LOG_LINES_IN_MESSAGE = 15;

  private final Launch launch;
  private final Process process;
  private final long logStart; // bytes that the log had before

  private DistillProcess(Launch launch, Process process, long logStart) {
    this.launch = launch;
    this.process = process;
    this.logStart = logStart;
  }

  /**
   * Starts the process and returns at once.
   *
   * @throws ProcessException when it cannot be started
   */
  public static DistillProcess start(Launch launch) {
    try {
      Path folder = launch.logFile().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      long logStart = Files.exists(launch.logFile()) ? Files.size(launch.logFile()) : 0;
      ProcessBuilder builder =
          new ProcessBuilder(launch.command())
              .directory(launch.directory().toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(launch.logFile().toFile()));
      builder.environment().putAll(launch.environment());
      // Standard input stays a pipe: its end tells the child that this JVM is gone.
      return new DistillProcess(launch, builder.start(), logStart);
    } catch (IOException e) {
      throw new ProcessException(
          "distill %s could not be started: %s".formatted(name(launch), e.getMessage()), e);
    }
  }

  private static String name(Launch launch) {
    return launch.arguments().isEmpty() ? "" : launch.arguments().get(0);
  }

  /** Process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Where its output is. */
  public Path logFile() {
    return launch.logFile();
  }

  /**
   * Waits for a line of its output, e.g. the one that says that it runs.
   *
   * @param pattern found anywhere in the line
   * @throws ProcessException when the process ends, or the time is over, before there is one
   */
  public Matcher awaitLine(Pattern pattern, Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      boolean alive = process.isAlive(); // before reading: what a dead process wrote is complete
      Optional<Matcher> found = find(pattern);
      if (found.isPresent()) {
        return found.get();
      }
      if (!alive) {
        throw failed("ended with exit code %d".formatted(process.exitValue()));
      }
      if (System.nanoTime() > deadline) {
        throw failed("did not print '%s' within %s".formatted(pattern, timeout));
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private Optional<Matcher> find(Pattern pattern) {
    return output().lines().map(pattern::matcher).filter(Matcher::find).findFirst();
  }

  /** What it printed so far. */
  public String output() {
    try {
      byte[] log = Files.readAllBytes(launch.logFile());
      int start = (int) Math.min(logStart, log.length);
      return new String(log, start, log.length - start, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ProcessException(
          "log %s cannot be read: %s".formatted(launch.logFile(), e.getMessage()), e);
    }
  }

  /**
   * Waits for its end.
   *
   * @return its exit code
   * @throws ProcessException when it still runs after {@code timeout}
   */
  public int awaitExit(Duration timeout) throws InterruptedException {
    if (!process.waitFor(timeout.toMillis(), MILLISECONDS)) {
      throw failed("still runs after " + timeout);
    }
    return process.exitValue();
  }

  private ProcessException failed(String what) {
    List<String> lines = output().lines().toList();
    return new ProcessException(
        "distill %s (pid %d) %s; the end of its log %s:%n%s"
            .formatted(
                name(launch),
                pid(),
                what,
                launch.logFile(),
                String.join(
                    System.lineSeparator(),
                    lines.subList(
                        Math.max(0, lines.size() - LOG_LINES_IN_MESSAGE), lines.size()))));
  }

  /** SIGTERM: lets the process end in its own time. */
  public void stop() {
    process
        .toHandle()
        .destroy(); // Process.destroy closes standard input, too: the end of the parent
  }

  /** SIGKILL, as a power cut would; returns when the process is gone. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** SIGTERM, and SIGKILL when it has not ended after 40 s. */
  @Override
  public void close() {
    stop();
    try {
      if (process.waitFor(STOP_TIMEOUT.toMillis(), MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    kill();
  }
}
