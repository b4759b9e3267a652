package io.streamdistill.observe;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.util.JavalinException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.config.ConfigException;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Serves metrics and health over HTTP: {@code /metrics}, {@code /livez}, {@code /readyz}; and what
 * else a service has to show.
 */
public final class ObserveServer implements AutoCloseable {

  private static final int MAX_THREADS = 16;

  /** Scrapes at a time; a slow one takes a thread, and health needs some. */
  private static final int MAX_SCRAPES = 4;

  /** The formats that Prometheus asks for; plain text is the default. */
  private static final String OPEN_METRICS = "application/openmetrics-text";

  private static final String OPEN_METRICS_1 = OPEN_METRICS + "; version=1.0.0; charset=utf-8";
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private static final String INDEX =
      """
      StreamDistill
        /metrics  Prometheus metrics
        /livez    200 while the process need not be restarted
        /readyz   200 while the service does its work
      """;

  private final Javalin server;
  private final SlowReaders slowReaders;

  private ObserveServer(Javalin server, SlowReaders slowReaders) {
    this.server = server;
    this.slowReaders = slowReaders;
  }

  /**
   * Starts serving.
   *
   * @param more what is served beside metrics and health
   * @throws ConfigException when host and port cannot be bound
   */
  public static ObserveServer start(
      HttpConfig http, PrometheusMeterRegistry registry, Health health, Routes... more) {
    return start(http, registry, health, SlowReaders.WINDOW, more);
  }

  /**
   * Starts serving.
   *
   * @param patience how long a reader may take for the next 64 KiB of an answer, before its
   *     connection is closed; default 20 s
   * @param more what is served beside metrics and health
   * @throws ConfigException when host and port cannot be bound
   */
  public static ObserveServer start(
      HttpConfig http,
      PrometheusMeterRegistry registry,
      Health health,
      Duration patience,
      Routes... more) {
    List<Routes> routes = List.of(more);
    SlowReaders slowReaders = new SlowReaders(patience);
    Javalin server =
        Javalin.create(
            config -> {
              configure(config, registry, health, routes);
              config.routes.before(slowReaders::watch);
            });
    try {
      return new ObserveServer(server.start(http.host(), http.port()), slowReaders);
    } catch (JavalinException e) {
      server.stop();
      slowReaders.close();
      throw unusable(http, e);
    }
  }

  private static void configure(
      JavalinConfig config, PrometheusMeterRegistry registry, Health health, List<Routes> more) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 1);
    threads.setName("observe-http");
    threads.setDaemon(true);
    config.jetty.threadPool = threads;
    String index = INDEX + more.stream().map(Routes::index).collect(Collectors.joining());
    config.routes.get("/", context -> context.result(index));
    Semaphore scrapes = new Semaphore(MAX_SCRAPES);
    config.routes.get("/metrics", context -> metrics(context, registry, scrapes));
    config.routes.get("/livez", context -> answer(context, health.livenessProblems()));
    config.routes.get("/readyz", context -> answer(context, health.readinessProblems()));
    more.forEach(routes -> routes.addTo(config.routes));
  }

  private static void metrics(
      Context context, PrometheusMeterRegistry registry, Semaphore scrapes) {
    if (!scrapes.tryAcquire()) {
      context
          .status(HttpStatus.SERVICE_UNAVAILABLE)
          .header("Retry-After", "5")
          .result("%d scrapes are being answered already, no more\n".formatted(MAX_SCRAPES));
      return;
    }
    Request.addCompletionListener(
        ServletContextRequest.getServletContextRequest(context.req()),
        failure -> scrapes.release());
    String accepted = Objects.requireNonNullElse(context.header("Accept"), "");
    String format = accepted.contains(OPEN_METRICS) ? OPEN_METRICS_1 : PROMETHEUS_TEXT;
    context.contentType(format).result(registry.scrape(format));
  }

  private static void answer(Context context, Map<String, String> problems) {
    if (problems.isEmpty()) {
      context.result("ok\n");
      return;
    }
    String lines =
        problems.entrySet().stream()
            .map(problem -> problem.getKey() + ": " + problem.getValue() + "\n")
            .collect(Collectors.joining());
    context.status(HttpStatus.SERVICE_UNAVAILABLE).result(lines);
  }

  private static ConfigException unusable(HttpConfig http, JavalinException failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof BindException)) {
      cause = cause.getCause();
    }
    String message = Objects.toString(cause.getMessage(), cause.toString());
    String remedy =
        message.contains("in use")
            ? "is in use: stop the process that listens there, or set another http.port"
                + " (0 for any free one)"
            : "cannot be bound ("
                + message
                + "): set http.host and http.port to what this host has";
    return new ConfigException(
        "http.port %d on http.host %s %s".formatted(http.port(), http.host(), remedy), failure);
  }

  /** Returns the port bound. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
    slowReaders.close();
  }
}
