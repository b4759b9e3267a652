package io.streamdistill.experiments.lab;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.core.checkpoint.CheckpointLog;
import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicSpec;
import io.streamdistill.core.kafka.Topics;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.core.observe.HttpConfig;
import io.streamdistill.core.target.TargetCodec;
import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
import io.streamdistill.schema.SoftTarget;
import io.streamdistill.schema.TargetEncoding;
import io.streamdistill.student.TrainerService;
import io.streamdistill.student.publish.CheckpointConfig;
import io.streamdistill.teacher.MemberConfig;
import io.streamdistill.teacher.TeacherConfig;
import io.streamdistill.teacher.TeacherService;
import io.streamdistill.teacher.engine.OutputKind;
import io.streamdistill.wire.Codecs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A broker, and on it the teacher-service and student-trainers that are asked for, as users run
 * them. What is done survives a restart: logs in the broker's directory, students in their
 * checkpoints.
 */
public final class Lab implements AutoCloseable {

  private static final int PARTITIONS = 4;
  private static final int MAX_RECORD_BYTES = 1 << 20;
  private static final int TEACHER_BATCH = 256;
  private static final Duration LINGER = Duration.ofMillis(100);
  private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(1);
  private static final Duration CHECKPOINT_INTERVAL = Duration.ofMinutes(1);
  private static final long POLL_MILLIS = 200;

  private final Path directory;
  private final FeatureContract features;
  private final ClassMap classes;
  private final EmbeddedBroker broker;
  private final KafkaSettings kafka;
  private final Admin admin;

  private Lab(Path directory, FeatureContract features, ClassMap classes, EmbeddedBroker broker) {
    this.directory = directory;
    this.features = features;
    this.classes = classes;
    this.broker = broker;
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
    this.admin = Admin.create(kafka.admin());
  }

  /** Starts the broker, on what an earlier lab in {@code directory} has left. */
  public static Lab open(Path directory, FeatureContract features, ClassMap classes)
      throws IOException {
    Files.createDirectories(directory);
    return new Lab(
        directory,
        features,
        classes,
        EmbeddedBroker.start(BrokerConfig.in(directory.resolve("broker"))));
  }

  /**
   * Produces a transfer set and has it scored, or returns what an earlier run has scored under that
   * name.
   *
   * @param temperature T at which the teacher publishes
   */
  public SoftTargetLog score(
      String name, TransferSet examples, TeacherRecipe teacher, double temperature)
      throws IOException, InterruptedException {
    Path marker = directory.resolve(name + ".scored"); // holds the prefix of the topics
    if (Files.exists(marker)) {
      return new SoftTargetLog(topics(Files.readString(marker)), examples.count());
    }
    String prefix = unusedPrefix(name);
    TopicsConfig topics = topics(prefix);
    Topics.create(kafka, TopicSpec.all(topics, MAX_RECORD_BYTES));
    TeacherConfig config =
        new TeacherConfig(
            prefix + "-teacher",
            teacher.models().stream()
                .map(model -> new MemberConfig(model, 1, OutputKind.AUTO))
                .toList(),
            teacher.combination(),
            temperature,
            TargetEncoding.DENSE_F16_LOG_PROBABILITY,
            TEACHER_BATCH,
            LINGER,
            1,
            0,
            COMMIT_INTERVAL,
            MAX_RECORD_BYTES,
            new HttpConfig("127.0.0.1", 0));
    TeacherService service = TeacherService.start(config, kafka, topics, features, classes);
    try {
      produce(topics.transferSet(), examples);
      awaitScored(service, config.applicationId(), topics.transferSet());
    } finally {
      service.close();
    }
    long rejected = ends(topics.deadLetters()).values().stream().mapToLong(end -> end).sum();
    if (rejected > 0) {
      throw new IllegalStateException(
          "the teacher rejected examples of %s: see topic %s"
              .formatted(name, topics.deadLetters()));
    }
    Files.writeString(marker, prefix);
    return new SoftTargetLog(topics, examples.count());
  }

  /** Checkpoints of all students are announced on one topic. */
  private static TopicsConfig topics(String prefix) {
    return new TopicsConfig(
        prefix + "-transfer-set",
        prefix + "-soft-targets",
        prefix + "-labels",
        prefix + "-dead-letters",
        "checkpoints",
        "checkpoint-files",
        PARTITIONS,
        (short) 1);
  }

  /** A run that was killed while it scored leaves topics that nobody trusts. */
  private String unusedPrefix(String name) throws InterruptedException {
    var existing = get(admin.listTopics().names());
    return IntStream.iterate(1, attempt -> attempt + 1)
        .mapToObj(attempt -> name + "-" + attempt)
        .filter(prefix -> !existing.contains(topics(prefix).transferSet()))
        .findFirst()
        .orElseThrow();
  }

  private void produce(String topic, TransferSet examples) {
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
                    (int) (i % PARTITIONS),
                    example.getId().getBytes(StandardCharsets.UTF_8),
                    Codecs.transferExample().encode(example)),
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

  /** The teacher commits an example when its soft target is out. */
  private void awaitScored(TeacherService service, String group, String topic)
      throws InterruptedException {
    Map<TopicPartition, Long> ends = ends(topic);
    while (!committed(group).entrySet().containsAll(ends.entrySet())) {
      if (service.hasStopped()) {
        throw new IllegalStateException("the teacher of " + topic + " stopped; see the log");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private Map<TopicPartition, Long> committed(String group) throws InterruptedException {
    return get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
        .entrySet()
        .stream()
        .filter(entry -> entry.getValue() != null)
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
  }

  private Map<TopicPartition, Long> ends(String topic) throws InterruptedException {
    Map<TopicPartition, OffsetSpec> all =
        IntStream.range(0, PARTITIONS)
            .mapToObj(partition -> new TopicPartition(topic, partition))
            .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
    Map<TopicPartition, ListOffsetsResultInfo> ends = get(admin.listOffsets(all).all());
    return ends.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset()));
  }

  private static <T> T get(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the lab's broker does not answer", e.getCause());
    }
  }

  /** Reads a log, and returns the mean prediction of its teacher at T = 1, (classes). */
  public double[] meanPrediction(SoftTargetLog log) {
    double[] mean = new double[classes.count()];
    double[] one = new double[classes.count()];
    List<TopicPartition> all =
        IntStream.range(0, PARTITIONS)
            .mapToObj(partition -> new TopicPartition(log.topics().softTargets(), partition))
            .toList();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(all);
      consumer.seekToBeginning(all);
      long read = 0;
      while (read < log.count()) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          SoftTarget target = Codecs.softTarget().decode(record.value());
          if (!TargetCodec.decode(target.getEncoding(), target.getTargets(), one)) {
            throw new IllegalStateException("no distribution at offset " + record.offset());
          }
          TargetCodec.retemper(one, target.getTemperature(), 1);
          for (int k = 0; k < mean.length; k++) {
            mean[k] += Math.exp(one[k]) / log.count();
          }
          read++;
        }
      }
    }
    return mean;
  }

  /**
   * A student at some moment of its training.
   *
   * @param examplesSeen every pass counted
   * @param folder of the checkpoint
   */
  public record Stage(long examplesSeen, Path folder) {

    /** The student as users get it. */
    public Path model() {
      return folder.resolve("model.onnx");
    }
  }

  /**
   * Trains a student to the end of its passes, from where an earlier run has left it.
   *
   * @param name of the student, of its own for every log, recipe and seed
   * @param stages how many checkpoints to keep, evenly spread over the training; the last one is
   *     the end
   */
  public List<Stage> train(
      SoftTargetLog log, String name, StudentRecipe recipe, long seed, int stages)
      throws InterruptedException {
    long every = recipe.passes() * log.count() / stages;
    CheckpointConfig checkpoints =
        new CheckpointConfig(
            stages == 1 ? CHECKPOINT_INTERVAL : Duration.ofDays(1),
            stages == 1 ? 0 : every,
            "file:" + directory.resolve("checkpoints"),
            stages + 1,
            directory.resolve("work").resolve(name));
    try (TrainerService trainer =
        TrainerService.start(
            recipe.config(name, seed, log.count(), checkpoints),
            kafka,
            log.topics(),
            features,
            classes)) {
      trainer.awaitEnd();
    }
    List<Stage> all =
        CheckpointLog.read(kafka, log.topics().checkpoints()).announcements(name).stream()
            .map(
                announced ->
                    new Stage(
                        announced.getExamplesSeen(),
                        directory
                            .resolve("checkpoints")
                            .resolve(name)
                            .resolve(announced.getVersion())))
            .toList();
    return stages == 1 ? all.subList(all.size() - 1, all.size()) : all;
  }

  /** What the students see. */
  public FeatureContract features() {
    return features;
  }

  /** What they tell apart. */
  public ClassMap classes() {
    return classes;
  }

  @Override
  public void close() {
    admin.close();
    broker.close();
  }
}
