package io.streamdistill.benchmarks.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.benchmarks.measure.Line;
import io.streamdistill.benchmarks.measure.Sample;
import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.OnnxExport;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.avro.AvroRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Memory of teacher and trainer over 8 million records, after 2 million to warm up: what is kept
 * per record shows.
 *
 * <p>Small records and small nets, for the sake of time. There is a checkpoint every 5 s: the first
 * loads ONNX Runtime to prove the export, and belongs to the warm-up. RSS is read twice a second; a
 * line through what follows the warm-up gives its slope (Theil and Sen), as a share of the mean RSS
 * per million records. The ratio is that of the worse of the two. What the JVM has taken for its
 * heap is in the figures: it grows towards {@code -Xmx} while there is no need to collect more
 * often.
 */
final class MemoryPart {

  private static final String TRAINED = "distill_student_examples_total";
  private static final int FEATURES = 16;
  private static final int HIDDEN = 32;
  private static final int CLASSES = 10;
  private static final long WARM_UP_RECORDS = 2_000_000; // some ten seconds, of compiling as well
  private static final long RECORDS = WARM_UP_RECORDS + 8_000_000;
  private static final int DIFFERENT = 10_000;
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private MemoryPart() {}

  static void measure(Run run, ObjectNode figures) throws Exception {
    run.say("growth: memory over %,d records".formatted(RECORDS));
    Path model = run.temp().resolve("small.onnx");
    Files.write(model, model());
    try (BenchCluster cluster = BenchCluster.start(run, "memory", yaml(model))) {
      Service teacher = cluster.teacher("teacher", Map.of());
      Service trainer = cluster.trainer("student", Map.of());
      produce(cluster);
      Track teacherTrack = new Track(teacher, TeacherSection.SCORED);
      Track trainerTrack = new Track(trainer, TRAINED);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!teacherTrack.isOver() || !trainerTrack.isOver()) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              "after %s, %.0f records are scored and %.0f trained on"
                  .formatted(PATIENCE, teacherTrack.records(), trainerTrack.records()));
        }
        teacherTrack.read();
        trainerTrack.read();
        Thread.sleep(POLL.toMillis());
      }
      double worse =
          Math.max(
              teacherTrack.report(figures.putObject("memory_teacher")),
              trainerTrack.report(figures.putObject("memory_trainer")));
      run.report().ratio("rss.slope.per.million", new Sample(worse));
    }
  }

  /** Records and RSS of a service over time. */
  private static final class Track {
    private final Service service;
    private final String counter;
    private final List<Double> millions = new ArrayList<>();
    private final List<Double> bytes = new ArrayList<>();
    private final List<Double> heap = new ArrayList<>(); // committed bytes

    private Track(Service service, String counter) {
      this.service = service;
      this.counter = counter;
    }

    private void read() throws InterruptedException {
      if (!isOver()) { // what it does when idle is of no interest
        MetricsSnapshot page = service.metrics();
        millions.add(page.sum(counter) / 1e6);
        bytes.add((double) service.rssBytes());
        heap.add(page.sum("jvm_memory_committed_bytes", "area=\"heap\""));
      }
    }

    private double records() {
      return millions.isEmpty() ? 0 : millions.get(millions.size() - 1) * 1e6;
    }

    /** The last records may wait for a full batch, for ever. */
    private boolean isOver() {
      return records() >= RECORDS * 0.99;
    }

    /** Slope per million records, as a share of the mean. */
    private double report(ObjectNode into) {
      ArrayNode x = into.putArray("million_records");
      ArrayNode y = into.putArray("rss_bytes");
      ArrayNode z = into.putArray("heap_committed_bytes");
      List<Double> counted = new ArrayList<>();
      List<Double> rss = new ArrayList<>();
      for (int i = 0; i < millions.size(); i++) {
        x.add(millions.get(i));
        y.add(bytes.get(i).longValue());
        z.add(heap.get(i).longValue());
        if (millions.get(i) * 1e6 >= WARM_UP_RECORDS) {
          counted.add(millions.get(i));
          rss.add(bytes.get(i));
        }
      }
      Line line = Line.through(Sample.of(counted).values(), Sample.of(rss).values());
      double mean = rss.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
      into.put("slope_bytes_per_million", line.slope())
          .put("slope_share_per_million", line.slope() / mean);
      return line.slope() / mean;
    }
  }

  private static byte[] model() {
    SplittableRandom random = new SplittableRandom(1);
    return OnnxExport.write(
        (graph, x, logits) -> {
          String w1 = graph.f32("w1", weights(random, FEATURES * HIDDEN), FEATURES, HIDDEN);
          String w2 = graph.f32("w2", weights(random, HIDDEN * CLASSES), HIDDEN, CLASSES);
          String hidden = graph.node("Relu", "h", graph.node("MatMul", "z", List.of(x, w1)));
          graph.node("MatMul", logits, List.of(hidden, w2));
          return CLASSES;
        },
        new ExportContract(
            "small", "u8", List.of((long) FEATURES), 1f / 255, 0, Mnist.DIGITS.names(), Map.of()),
        null);
  }

  private static float[] weights(SplittableRandom random, int count) {
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = (float) random.nextDouble(-1, 1);
    }
    return weights;
  }

  private static String yaml(Path model) {
    return """
        features:
          type: u8
          shape: [%d]
        classes:
          count: %d
        teacher:
          members:
            - model: '%s'
        student:
          network:
            hidden: [32]
          learning-rate:
            base: 0.001
          batch-size: 512
          threads: 1
          checkpoint:
            every: 5s
          gate:
            hold-out-share: 0
        """
        .formatted(FEATURES, CLASSES, model.toString().replace("'", "''"));
  }

  private static void produce(BenchCluster cluster) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    AvroRecords wire = new AvroRecords();
    List<byte[]> values = new ArrayList<>();
    for (int i = 0; i < DIFFERENT; i++) {
      byte[] features = new byte[FEATURES];
      random.nextBytes(features);
      values.add(
          wire.encode(
              new Example(
                  "example-" + i, ByteBuffer.wrap(features), FeatureType.U8, null, 1f, now)));
    }
    Map<String, Object> properties = cluster.kafka().producer();
    properties.put("linger.ms", 20);
    properties.put("batch.size", 128 << 10);
    int partitions = BenchCluster.TOPICS.partitions();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (long i = 0; i < RECORDS; i++) {
        int which = (int) (i % DIFFERENT);
        var unused =
            producer.send(
                new ProducerRecord<>(
                    BenchCluster.TOPICS.transferSet(),
                    (int) (i % partitions),
                    ("example-" + which).getBytes(StandardCharsets.UTF_8),
                    values.get(which)));
      }
    }
  }
}
