package io.streamdistill.benchmarks.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.benchmarks.measure.Sample;
import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.benchmarks.section.Section;
import io.streamdistill.records.Target;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.avro.AvroRecords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * From the event time of an example to its soft target, and to the gradient, at half of the rate
 * that the pipeline can take.
 *
 * <p>That rate is measured first: records from the first one sent to the last one trained on, all
 * processes on this machine. Then a producer in this process sends at half of it, and the event
 * time of an example is when it is made. The time to the soft target is taken from every single
 * record, as the teacher stamped it, {@code scoredTime - eventTime}; readers of committed records
 * see it up to a commit interval later, which is reported beside it, as is the batch time: the
 * longest mean of a full batch, from the teacher's metrics under full load. The time to the
 * gradient is the trainer's own metric, of the oldest example of every batch.
 */
public final class LatencySection implements Section {

  private static final String TRAINED = "distill_student_examples_total";
  private static final String INFERENCE = "distill_teacher_inference_seconds";
  private static final String TO_GRADIENT = "distill_student_latency_seconds";
  private static final Duration LINGER = Duration.ofMillis(100); // teacher.linger
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int WARM_UP_RECORDS = 300_000; // compilers work that long
  private static final long RATE_RECORDS = 60_000;
  private static final Duration SETTLE = Duration.ofSeconds(12); // to the new rate
  private static final Duration LAST_COMMIT = Duration.ofSeconds(3);
  private static final Duration MEASURE = Duration.ofSeconds(20);

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public void run(Run run) throws Exception {
    Mnist mnist = Mnist.read(run.home());
    try (BenchCluster cluster = BenchCluster.start(run, name(), Yaml.mnist(run))) {
      Service teacher = cluster.teacher("teacher", Map.of());
      Service trainer = cluster.trainer("student", Map.of());
      run.say("latency: warming up, then the rate that the pipeline can take");
      cluster.produce(mnist, WARM_UP_RECORDS);
      cluster.awaitCount(trainer, TRAINED, trainable(WARM_UP_RECORDS), PATIENCE);
      MetricsSnapshot before = teacher.metrics();
      long start = System.nanoTime();
      cluster.produce(mnist, RATE_RECORDS);
      cluster.awaitCount(trainer, TRAINED, trainable(WARM_UP_RECORDS + RATE_RECORDS), PATIENCE);
      double rate = RATE_RECORDS / ((System.nanoTime() - start) / 1e9);
      double batchSeconds = meanSince(before, teacher.metrics());

      double half = rate / 2;
      run.say("latency at %.0f records per second, half of that".formatted(half));
      try (Arrivals arrivals = Arrivals.fromNow(cluster)) {
        arrivals.startReading();
        cluster.produceAt(mnist, (long) (half * SETTLE.toSeconds()), half);
        MetricsSnapshot trainerBefore = trainer.metrics();
        arrivals.countFrom(System.currentTimeMillis());
        cluster.produceAt(mnist, (long) (half * MEASURE.toSeconds()), half);
        Thread.sleep(LAST_COMMIT.toMillis());
        arrivals.stopReading();
        report(run, arrivals, rate, batchSeconds, trainerBefore, trainer.metrics());
      }
    }
  }

  /** Of so many records, those in full batches. */
  private static double trainable(long records) {
    return Math.floor((double) records / Yaml.STUDENT_BATCH - 1) * Yaml.STUDENT_BATCH;
  }

  private static double meanSince(MetricsSnapshot before, MetricsSnapshot after) {
    return (after.sum(INFERENCE + "_sum") - before.sum(INFERENCE + "_sum"))
        / (after.sum(INFERENCE + "_count") - before.sum(INFERENCE + "_count"));
  }

  private void report(
      Run run,
      Arrivals arrivals,
      double rate,
      double batchSeconds,
      MetricsSnapshot trainerBefore,
      MetricsSnapshot trainerAfter) {
    double budget = LINGER.toMillis() / 1e3 + 2 * batchSeconds;
    List<Double> perWindow = new ArrayList<>();
    List<List<Double>> windows = arrivals.windows(run.rounds());
    for (List<Double> window : windows) {
      perWindow.add(Sample.of(window).quantile(0.99) / budget);
    }
    run.report().ratio("latency.p99.vs.budget", Sample.of(perWindow));
    ObjectNode figures =
        run.figures(this)
            .put("maximum_records_per_second", rate)
            .put("records_per_second", rate / 2)
            .put("linger_seconds", LINGER.toMillis() / 1e3)
            .put("batch_seconds", batchSeconds)
            .put("records", arrivals.scored.size());
    quantiles(figures.putObject("event_to_soft_target_seconds"), Sample.of(arrivals.scored));
    quantiles(figures.putObject("event_to_committed_reader_seconds"), Sample.of(arrivals.seen));
    figures
        .putObject("event_to_gradient_seconds_of_oldest_in_batch")
        .put("p50", trainerAfter.quantileSince(trainerBefore, TO_GRADIENT, 0.5))
        .put("p99", trainerAfter.quantileSince(trainerBefore, TO_GRADIENT, 0.99));
  }

  private static void quantiles(ObjectNode into, Sample seconds) {
    into.put("p50", seconds.quantile(0.5))
        .put("p99", seconds.quantile(0.99))
        .put("max", seconds.max());
  }

  /** Reads soft targets as they become visible. */
  private static final class Arrivals implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final AvroRecords wire = new AvroRecords();
    private final List<Double> scored = new ArrayList<>(); // seconds from event to scored
    private final List<Double> seen = new ArrayList<>(); // seconds from event to here
    private final Thread thread = new Thread(this::read, "arrivals");
    private volatile boolean stopping;
    private volatile long firstEvent = Long.MAX_VALUE; // milliseconds since the epoch

    private Arrivals(KafkaConsumer<byte[], byte[]> consumer) {
      this.consumer = consumer;
    }

    static Arrivals fromNow(BenchCluster cluster) {
      KafkaConsumer<byte[], byte[]> consumer =
          new KafkaConsumer<>(
              cluster.kafka().consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
      List<TopicPartition> partitions =
          consumer.partitionsFor(BenchCluster.TOPICS.softTargets()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      partitions.forEach(consumer::position); // seeks now
      return new Arrivals(consumer);
    }

    void startReading() {
      thread.start();
    }

    /** From now on, examples whose event is then or later count. */
    void countFrom(long eventMillis) {
      firstEvent = eventMillis;
    }

    void stopReading() {
      stopping = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void read() {
      while (!stopping) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          long now = System.currentTimeMillis();
          if (!(wire.readTarget(record.value()) instanceof Accepted<Target> accepted)) {
            throw new IllegalStateException("no soft target at " + record.offset());
          }
          Target target = accepted.value();
          long event = target.example().eventTime().toEpochMilli();
          if (event >= firstEvent) {
            scored.add((target.scoredTime().toEpochMilli() - event) / 1e3);
            seen.add((now - event) / 1e3);
          }
        }
      }
    }

    /** Times to the soft target in {@code count} consecutive windows. */
    List<List<Double>> windows(int count) {
      if (scored.size() < 100 * count) {
        throw new IllegalStateException("only %d soft targets were seen".formatted(scored.size()));
      }
      List<List<Double>> windows = new ArrayList<>();
      int size = scored.size() / count;
      for (int w = 0; w < count; w++) {
        windows.add(scored.subList(w * size, (w + 1) * size));
      }
      return windows;
    }

    @Override
    public void close() {
      stopReading();
      consumer.close();
    }
  }
}
