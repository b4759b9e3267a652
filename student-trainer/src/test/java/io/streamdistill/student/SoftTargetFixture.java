package io.streamdistill.student;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Answer;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.Task;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.target.Softmax;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** A broker with soft targets of a known teacher, linear in the features, and students for it. */
final class SoftTargetFixture implements AutoCloseable {

  static final int FEATURES = 12;
  static final FeatureContract CONTRACT =
      new FeatureContract(FeatureType.F32, List.of(FEATURES), 1, 0);
  static final ClassMap CLASSES = new ClassMap(List.of("red", "green", "blue"));

  static final Task TASK = new Task(CONTRACT, CLASSES);

  private static final AtomicInteger NEXT_TOPICS = new AtomicInteger();

  private final AvroRecords codec = new AvroRecords();
  private final Path directory;
  private final EmbeddedBroker broker;
  final KafkaSettings kafka;

  SoftTargetFixture(Path directory) {
    this.directory = directory;
    this.broker = EmbeddedBroker.start(BrokerConfig.in(directory.resolve("broker")));
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  /** Creates a set of topics of its own for a test. */
  TopicsConfig createTopics(int partitions) {
    String suffix = "-" + NEXT_TOPICS.incrementAndGet();
    TopicsConfig topics = TopicsConfig.named(name -> name + suffix, partitions, (short) 1);
    Topics.create(kafka, TopicSpec.all(topics, 1 << 20));
    return topics;
  }

  /** Soft targets of a fixed linear teacher at T = 4; every fifth carries its hard label. */
  static List<Target> softTargets(int count, long seed) {
    Random teacher = new Random(99);
    double[] weights = teacher.doubles(FEATURES * 3L, -2, 2).toArray();
    Random random = new Random(seed);
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ByteBuffer features = ByteBuffer.allocate(4 * FEATURES).order(ByteOrder.LITTLE_ENDIAN);
      double[] logits = new double[3];
      for (int f = 0; f < FEATURES; f++) {
        float value = (float) random.nextGaussian();
        features.putFloat(value);
        for (int k = 0; k < 3; k++) {
          logits[k] += weights[3 * f + k] * value;
        }
      }
      int best = 0;
      for (int k = 1; k < 3; k++) {
        best = logits[k] > logits[best] ? k : best;
      }
      Softmax.logSoftmax(logits, 4);
      targets.add(
          new Target(
              new Example(
                  "e" + i,
                  features.flip(),
                  FeatureType.F32,
                  i % 5 == 0 ? best : null,
                  1,
                  Instant.now()),
              new Answer(
                  TargetCodec.encode(TargetEncoding.DENSE_F32, logits),
                  TargetEncoding.DENSE_F32,
                  4,
                  "linear",
                  CLASSES.hash()),
              Instant.now()));
    }
    return targets;
  }

  /** The class that the teacher of a soft target has on top. */
  static int teacherAnswer(Target target) {
    double[] logProbabilities = new double[3];
    assertThat(
            TargetCodec.decode(
                target.answer().encoding(), target.answer().distribution(), logProbabilities))
        .isTrue();
    int best = 0;
    for (int k = 1; k < 3; k++) {
      best = logProbabilities[k] > logProbabilities[best] ? k : best;
    }
    return best;
  }

  void produce(TopicsConfig topics, List<Target> targets) {
    produceBytes(topics, targets.stream().map(codec::encode).toList());
  }

  /** Sends record i to a partition of its own. */
  void produceTo(TopicsConfig topics, List<Target> targets, IntUnaryOperator partition) {
    produceBytes(topics, targets.stream().map(codec::encode).toList(), partition);
  }

  /** Sends values to the soft-target topic, record i to partition i modulo their number. */
  void produceBytes(TopicsConfig topics, List<byte[]> values) {
    produceBytes(topics, values, i -> i % topics.partitions());
  }

  private void produceBytes(TopicsConfig topics, List<byte[]> values, IntUnaryOperator partition) {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.producer(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < values.size(); i++) {
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    topics.softTargets(),
                    partition.applyAsInt(i),
                    Integer.toString(i).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                    values.get(i))));
      }
      producer.flush();
    }
    assertThat(sent).allSatisfy(future -> assertThat(future).succeedsWithin(Duration.ZERO));
  }

  /** All records of a topic once no transaction on it is open, by partition and offset. */
  List<ConsumerRecord<byte[], byte[]>> readAll(String topic) {
    Awaitility.await().until(() -> committed(topic));
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> all =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      while (all.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }

  void addPartition(String topic) throws Exception {
    try (Admin admin = Admin.create(kafka.admin())) {
      int now =
          admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
              .mapToInt(found -> found.partitions().size())
              .sum();
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(now + 1))).all().get();
    }
  }

  void deleteRecordsBefore(String topic, int partition, long offset) throws Exception {
    try (Admin admin = Admin.create(kafka.admin())) {
      admin
          .deleteRecords(
              Map.of(
                  new TopicPartition(topic, partition),
                  org.apache.kafka.clients.admin.RecordsToDelete.beforeOffset(offset)))
          .all()
          .get();
    }
  }

  /**
   * A small student that makes {@code passes} passes of {@code examples}.
   *
   * @param settings beyond these, as {@link StudentConfig#of} takes them
   */
  StudentConfig student(String name, int passes, long examples, String... settings) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "name=" + name,
                "network.hidden=[16]",
                "features.standardise=off",
                "optimizer.type=nesterov",
                "learning-rate.base=0.05",
                "learning-rate.warmup-steps=0",
                "learning-rate.decay=constant",
                "objective.temperature=4",
                "objective.sharp-weight=0",
                "objective.logit-scale=1",
                "batch-size=32",
                "seed=7",
                "threads=1",
                "log.passes=" + passes,
                "log.pass-examples=" + examples,
                "log.visits=1",
                "log.shuffle=1",
                "checkpoint.every=10m",
                "checkpoint.keep=3",
                "checkpoint.keep-for=0s",
                "checkpoint.work-dir=" + directory.resolve("work-" + name),
                "gate.hold-out-share=0",
                "http.port=0"));
    all.addAll(List.of(settings));
    return StudentConfig.of(all.toArray(String[]::new));
  }

  /** As a setting: a checkpoint every so many examples. */
  static String checkpointEvery(long examples) {
    return "checkpoint.every-examples=" + examples;
  }

  /** As a setting: a small network of DL4J's JSON, with a convolution. */
  String convolutional() throws IOException {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new ConvolutionLayer.Builder(2, 2).nOut(8).activation(Activation.RELU).build())
            .layer(new DenseLayer.Builder().nOut(24).activation(Activation.RELU).build())
            .layer(
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .nOut(3)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutionalFlat(4, 3, 1))
            .build();
    Path json = Files.writeString(directory.resolve("cnn.json"), configuration.toJson());
    return "network.dl4j=" + json;
  }

  TrainerService start(StudentConfig config, TopicsConfig topics) {
    return TrainerService.start(config, Cluster.of(kafka, topics), TASK);
  }

  /** Trains to the end of the passes, and waits until readers can see all of it. */
  void train(StudentConfig config, TopicsConfig topics) throws InterruptedException {
    try (TrainerService trainer = start(config, topics)) {
      trainer.awaitEnd();
    }
    Awaitility.await().until(() -> committed(topics.checkpoints(), topics.deadLetters()));
  }

  /** A commit returns before its markers are on every partition: until then readers wait. */
  private boolean committed(String... topics) throws Exception {
    try (Admin admin = Admin.create(kafka.admin())) {
      Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
      for (var topic : admin.describeTopics(List.of(topics)).allTopicNames().get().values()) {
        topic
            .partitions()
            .forEach(
                p ->
                    ends.put(new TopicPartition(topic.name(), p.partition()), OffsetSpec.latest()));
      }
      return offsets(admin, ends, IsolationLevel.READ_COMMITTED)
          .equals(offsets(admin, ends, IsolationLevel.READ_UNCOMMITTED));
    }
  }

  private static Map<TopicPartition, Long> offsets(
      Admin admin, Map<TopicPartition, OffsetSpec> ends, IsolationLevel isolation)
      throws Exception {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    admin
        .listOffsets(ends, new ListOffsetsOptions(isolation))
        .all()
        .get()
        .forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  @Override
  public void close() {
    broker.close();
  }
}
