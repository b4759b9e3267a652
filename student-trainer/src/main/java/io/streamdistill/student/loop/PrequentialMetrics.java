package io.streamdistill.student.loop;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.Term;
import io.streamdistill.records.EventTimes;
import io.streamdistill.student.source.Batch;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Test, then train: what the student said about each example before it learned from it, over the
 * newest examples. It costs nothing, since the forward pass is needed anyway.
 */
public final class PrequentialMetrics {

  /** Examples that the figures look back on, at least; whole batches are kept. */
  private static final int WINDOW = 10_000;

  private final MeterRegistry registry;
  private final List<Term> terms;
  private final InstantSource clock;
  private final Counter examples;
  private final Counter revisited;
  private final Counter steps;
  private final Timer latency;
  private final Counter oddEventTimes;
  private final Deque<BatchLoss> window = new ArrayDeque<>();
  private volatile BatchLoss sum = BatchLoss.EMPTY;

  /**
   * Creates the meters; one for all that a trainer trains.
   *
   * @param terms of the objective
   */
  public PrequentialMetrics(MeterRegistry registry, List<Term> terms, InstantSource clock) {
    this.registry = registry;
    this.terms = List.copyOf(terms);
    this.clock = clock;
    examples =
        Counter.builder("distill.student.examples")
            .description("Soft targets trained on, every pass counted")
            .register(registry);
    revisited =
        Counter.builder("distill.student.examples.revisited")
            .description("Those of them that were trained on before")
            .register(registry);
    steps =
        Counter.builder("distill.student.steps")
            .description("Training steps taken")
            .register(registry);
    latency =
        Timer.builder("distill.student.latency")
            .description("Event time to gradient, of the oldest new example of a batch")
            .publishPercentileHistogram()
            .register(registry);
    oddEventTimes =
        Counter.builder("distill.student.event.time.odd")
            .description(
                "Batches whose oldest event time is in the future, or so old that it is not meant")
            .register(registry);
    gauge(
        "distill.student.agreement",
        "Share on which student and teacher agree",
        BatchLoss::agreement);
    gauge(
        "distill.student.divergence",
        "KL(teacher || student) at T = 1, nats",
        BatchLoss::meanDivergence);
    gauge(
        "distill.student.accuracy", "Share of labelled examples named right", BatchLoss::accuracy);
    terms.forEach(
        term ->
            gauge(
                "distill.student." + figure(term),
                term.description(),
                loss -> loss.meanExcess(term)));
  }

  private void gauge(String name, String description, ToDoubleFunction<BatchLoss> figure) {
    Gauge.builder(name, this, metrics -> figure.applyAsDouble(metrics.sum))
        .description(description + ", over the newest examples, tested before training")
        .register(registry);
  }

  /** Counts a batch that was trained on. */
  void trained(Batch batch, BatchLoss loss) {
    steps.increment();
    examples.increment(batch.rows());
    revisited.increment(batch.rows() - batch.newCount());
    if (batch.newCount() > 0) {
      latency(batch.oldestEventTime(), clock.millis());
    }
    window.add(loss);
    BatchLoss grown = sum.plus(loss);
    while (window.size() > 1 && grown.rows() - window.getFirst().rows() >= WINDOW) {
      window.removeFirst();
      grown = window.stream().reduce(BatchLoss.EMPTY, BatchLoss::plus); // no drift by subtraction
    }
    sum = grown;
  }

  /** Event times that cannot be meant are counted apart, and are no latency. */
  private void latency(long event, long now) {
    if (EventTimes.isMeant(event, now)) {
      latency.record(Duration.ofMillis(Math.max(0, now - event)));
    } else {
      oddEventTimes.increment();
    }
  }

  /** The figures by name, for a checkpoint; those that have no value yet are left out. */
  Map<String, Double> figures() {
    Map<String, Double> figures = new TreeMap<>();
    put(figures, "agreement", sum.agreement());
    put(figures, "divergence", sum.meanDivergence());
    put(figures, "accuracy", sum.accuracy());
    terms.forEach(term -> put(figures, figure(term), sum.meanExcess(term)));
    return figures;
  }

  private static void put(Map<String, Double> figures, String name, double value) {
    if (Double.isFinite(value)) {
      figures.put(name, value);
    }
  }

  private static String figure(Term term) {
    return "loss." + term.name();
  }
}
