package io.streamdistill.benchmarks.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What several services do at the same time. */
final class Together {

  private Together() {}

  /** Measures all of them over one window, and adds what they did to {@code into}. */
  static ObjectNode measure(
      List<Service> services, String counter, Duration window, ObjectNode into)
      throws InterruptedException {
    List<Usage.Moment> starts = new ArrayList<>();
    for (Service service : services) {
      starts.add(Usage.Moment.of(service, counter));
    }
    Thread.sleep(window.toMillis());
    double rate = 0;
    double cores = 0;
    for (Usage.Moment start : starts) {
      Usage usage = start.usage();
      rate += usage.rate();
      cores += usage.cpuSeconds() / usage.seconds();
    }
    into.put("records_per_second_together", rate).put("cores_used", cores);
    ArrayNode rss = into.putArray("rss_bytes");
    services.forEach(service -> rss.add(service.rssBytes()));
    return into;
  }
}
