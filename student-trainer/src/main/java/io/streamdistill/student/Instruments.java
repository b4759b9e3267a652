package io.streamdistill.student;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.streamdistill.student.loop.PrequentialMetrics;
import io.streamdistill.student.source.ReadingReport;
import java.time.Clock;

/**
 * What a trainer is watched with; made once, however often it begins.
 *
 * @param registry of all meters
 * @param metrics of training
 * @param report of reading
 */
record Instruments(
    PrometheusMeterRegistry registry, PrequentialMetrics metrics, ReadingReport report) {

  static Instruments of(PrometheusMeterRegistry registry, StudentConfig config) {
    return new Instruments(
        registry,
        new PrequentialMetrics(registry, config.objective().terms(), Clock.systemUTC()),
        new ReadingReport(registry, config.select(), config.teachers(), Clock.systemUTC()));
  }
}
