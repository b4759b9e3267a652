package io.streamdistill.benchmarks.pipeline;

import io.streamdistill.benchmarks.measure.ProcessMeter;
import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.cli.process.Launch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A {@code distill} process that is measured from outside, and can be held still meanwhile. */
final class Service implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(10);
  private static final Pattern RUNS =
      Pattern.compile("^(?:teacher|trainer) .*runs: .*(http://[^/]+)/");

  private final String name;
  private final DistillProcess process;
  private final ProcessMeter meter;
  private final HttpClient http = HttpClient.newHttpClient();
  private @Nullable URI metrics;
  private boolean held;

  private Service(String name, DistillProcess process) {
    this.name = name;
    this.process = process;
    this.meter = ProcessMeter.of(process.pid());
  }

  static Service start(String name, Launch launch) {
    return new Service(name, DistillProcess.start(launch));
  }

  /** Waits until a teacher or a trainer serves its metrics. */
  Service awaitRunning() throws InterruptedException {
    metrics = URI.create(process.awaitLine(RUNS, START_TIMEOUT).group(1) + "/metrics");
    return this;
  }

  DistillProcess process() {
    return process;
  }

  /** Processor seconds since its start. */
  double cpuSeconds() {
    return meter.cpuSeconds();
  }

  /** Bytes in RAM. */
  long rssBytes() {
    return meter.rssBytes();
  }

  /** Its metrics as they are now. */
  MetricsSnapshot metrics() throws InterruptedException {
    if (metrics == null) {
      throw new IllegalStateException(name + " does not serve metrics yet");
    }
    requireAlive();
    try {
      return new MetricsSnapshot(
          http.send(
                  HttpRequest.newBuilder(metrics).timeout(HTTP_TIMEOUT).build(),
                  BodyHandlers.ofString())
              .body());
    } catch (IOException e) {
      throw new UncheckedIOException("%s does not answer at %s".formatted(name, metrics), e);
    }
  }

  void requireAlive() {
    if (!process.isAlive()) {
      String output = process.output();
      throw new IllegalStateException(
          "%s ended; the end of its log: %s"
              .formatted(name, output.substring(Math.max(0, output.length() - 1500))));
    }
  }

  /**
   * Stops it where it is, until it is {@linkplain #release released}: what is measured meanwhile
   * has the machine for itself. A few seconds at most, or Kafka takes it for dead.
   */
  void hold() throws InterruptedException {
    signal("STOP");
    held = true;
  }

  /** Lets it go on. */
  void release() throws InterruptedException {
    if (held) {
      signal("CONT");
      held = false;
    }
  }

  private void signal(String signal) throws InterruptedException {
    requireAlive();
    try {
      int exitCode =
          new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
      if (exitCode != 0) {
        throw new IllegalStateException("kill -%s %s failed".formatted(signal, name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (held && process.isAlive()) { // else it could not end
      try {
        release();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    process.close();
  }

  @Override
  public String toString() {
    return name;
  }
}
