package io.streamdistill.cli.quickstart;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Reads figures off a service's {@code /metrics} page. */
final class MetricsPage {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final URI page;

  MetricsPage(String host, int port) {
    this.page = URI.create("http://%s:%d/metrics".formatted(host, port));
  }

  /** The page as it is now; empty while the service does not answer. */
  String read() throws InterruptedException {
    try {
      return http.send(
              HttpRequest.newBuilder(page).timeout(TIMEOUT).build(), BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      return "";
    }
  }

  /** Sum of all samples of a metric, over its tags; 0 when there are none. */
  static double sum(String page, String metric) {
    return page.lines()
        .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .filter(Double::isFinite)
        .sum();
  }
}
