package io.streamdistill.experiments.lab;

import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.observe.HttpConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Task;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.avro.DistillFormat;
import io.streamdistill.records.target.EncodingChoice;
import io.streamdistill.teacher.MemberConfig;
import io.streamdistill.teacher.TeacherConfig;
import io.streamdistill.teacher.TeacherFeatures;
import io.streamdistill.teacher.TeacherLimits;
import io.streamdistill.teacher.TeacherService;
import io.streamdistill.teacher.engine.OutputKind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A transfer set through a teacher-service. */
record Scoring(KafkaSettings kafka, Admin admin, FeatureContract features, ClassMap classes) {

  static final int MAX_RECORD_BYTES = 1 << 20;

  private static final int TEACHER_BATCH = 256;
  private static final Duration LINGER = Duration.ofMillis(100);
  private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(1);

  /**
   * Produces the examples, and returns when all of them are scored.
   *
   * @param application id of the teacher-service
   * @param topics empty ones
   * @param temperature T at which the teacher publishes
   */
  void run(
      String application,
      TopicsConfig topics,
      TransferSet examples,
      TeacherRecipe teacher,
      double temperature)
      throws InterruptedException {
    TeacherConfig config =
        new TeacherConfig(
            application,
            teacher.models().stream()
                .map(model -> new MemberConfig(model, 1, OutputKind.AUTO))
                .toList(),
            TeacherFeatures.AS_ON_THE_WIRE,
            teacher.combination(),
            temperature,
            EncodingChoice.DENSE_F16_LOG_PROBABILITY,
            TEACHER_BATCH,
            LINGER,
            1,
            0,
            COMMIT_INTERVAL,
            MAX_RECORD_BYTES,
            OnLostRecords.STOP,
            TeacherLimits.defaults(),
            new HttpConfig("127.0.0.1", 0));
    Backlog backlog = new Backlog(admin);
    TeacherService service =
        TeacherService.start(
            config, kafka, topics, new Task(features, classes), new DistillFormat());
    try {
      produce(topics.transferSet(), examples);
      backlog.awaitEmpty(application, topics.transferSet(), service::hasStopped);
    } finally {
      service.close();
    }
    if (backlog.size(topics.deadLetters()) > 0) {
      throw new IllegalStateException(
          "the teacher rejected examples: see topic " + topics.deadLetters());
    }
  }

  private void produce(String topic, TransferSet examples) {
    AvroRecords wire = new AvroRecords();
    Map<String, Object> properties = kafka.producer();
    properties.put("linger.ms", 20);
    properties.put("batch.size", 128 << 10);
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (long i = 0; i < examples.count(); i++) {
        var example = examples.example(i);
        var unused =
            producer.send(
                new ProducerRecord<>(
                    topic,
                    (int) (i % Lab.PARTITIONS),
                    example.id().getBytes(StandardCharsets.UTF_8),
                    wire.encode(example)),
                (metadata, exception) -> {
                  if (exception != null) {
                    failure.compareAndSet(null, exception);
                  }
                });
      }
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("producing to " + topic + " failed", failed);
    }
  }
}
