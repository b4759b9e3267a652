package io.streamdistill.broker;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * A single-node Kafka in a child JVM, which ends when this JVM does.
 *
 * <p>Start another one on the same directory to restart it: data, cluster id and, when free, ports
 * are those of the last run.
 */
public final class BrokerProcess implements AutoCloseable {
  private static final int LOG_LINES_IN_MESSAGE = 10;

  private final Process process;
  private final ChildJvm jvm;
  private final String bootstrapServers;

  private BrokerProcess(Process process, ChildJvm jvm, String bootstrapServers) {
    this.process = process;
    this.jvm = jvm;
    this.bootstrapServers = bootstrapServers;
  }

  /** As {@link #start(BrokerConfig, ChildJvm)}, with the Java and the class path of this JVM. */
  public static BrokerProcess start(BrokerConfig config, Path logFile) {
    return start(config, ChildJvm.like(logFile));
  }

  /**
   * Starts the child and returns when clients can use its broker.
   *
   * @throws EmbeddedBrokerException if the child ends or stays silent before that; with its last
   *     log lines
   */
  public static BrokerProcess start(BrokerConfig config, ChildJvm jvm) {
    Process process = launch(config, jvm);
    boolean ready = false;
    try {
      String bootstrapServers =
          awaitReady(process).get(jvm.startTimeout().toMillis(), MILLISECONDS);
      ready = true;
      return new BrokerProcess(process, jvm, bootstrapServers);
    } catch (ExecutionException e) {
      throw failed("ended before it was ready", jvm, e);
    } catch (TimeoutException e) {
      throw failed("was not ready within " + jvm.startTimeout(), jvm, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("was interrupted before it was ready", jvm, e);
    } finally {
      if (!ready) {
        process.destroyForcibly();
      }
    }
  }

  /** What clients set as {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL, as a power cut would; returns when the process is gone and its ports are free. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** SIGTERM, and SIGKILL when the broker has not stopped by {@link ChildJvm#stopTimeout()}. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (process.waitFor(jvm.stopTimeout().toMillis(), MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    kill();
  }

  private static Process launch(BrokerConfig config, ChildJvm jvm) {
    try {
      Files.createDirectories(DataDirectory.scratch(config.dataDir()));
      Path logDir = jvm.logFile().getParent();
      if (logDir != null) {
        Files.createDirectories(logDir);
      }
      // Standard input stays a pipe: its end tells the child that this JVM is gone.
      return new ProcessBuilder(jvm.command(config))
          .redirectError(ProcessBuilder.Redirect.appendTo(jvm.logFile().toFile()))
          .start();
    } catch (IOException e) {
      throw new EmbeddedBrokerException(
          "broker process in %s could not be launched: %s"
              .formatted(config.dataDir(), e.getMessage()),
          e);
    }
  }

  /** Also drains standard output for as long as the child lives, so that it never blocks there. */
  private static CompletableFuture<String> awaitReady(Process process) {
    CompletableFuture<String> ready = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                  if (line.startsWith(BrokerMain.READY)) {
                    ready.complete(line.substring(BrokerMain.READY.length()));
                  }
                }
                ready.completeExceptionally(new IOException("end of output"));
              } catch (IOException e) {
                ready.completeExceptionally(e);
              }
            },
            "broker-process-" + process.pid());
    reader.setDaemon(true);
    reader.start();
    return ready;
  }

  private static EmbeddedBrokerException failed(String what, ChildJvm jvm, Exception cause) {
    return new EmbeddedBrokerException(
        "broker process %s; the end of its log %s:%n%s"
            .formatted(what, jvm.logFile(), String.join("\n", lastLines(jvm.logFile()))),
        cause);
  }

  private static List<String> lastLines(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.subList(Math.max(0, lines.size() - LOG_LINES_IN_MESSAGE), lines.size());
    } catch (IOException e) {
      return List.of("(cannot be read: " + e.getMessage() + ")");
    }
  }
}
