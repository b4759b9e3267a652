package io.streamdistill.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.records.Answer;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.Task;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import io.streamdistill.testkit.TestBroker;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestBroker.class)
final class TopicCasesTest {

  private static final FeatureContract ONE = FeatureContract.u8(1);
  private static final ClassMap PETS = new ClassMap(List.of("cat", "dog"));

  private final KafkaSettings kafka;

  TopicCasesTest(TestBroker.Running broker) {
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  @Test
  void takesTheNewestOfEveryPartition() throws Exception {
    create("newest", 2);
    send("newest", 0, example(1, 0), example(2, 1), example(3, 0), example(4, 1));
    send("newest", 1, example(11, null), example(12, 0));

    assertThat(read("newest", TopicCases.ALL))
        .extracting(TopicCasesTest::feature)
        .containsExactly(1, 2, 3, 4, 11, 12);
    assertThat(read("newest", 3)).extracting(TopicCasesTest::feature).containsExactly(3, 4, 12);
    assertThat(read("newest", 3)).extracting(Case::label).containsExactly(0, 1, 0);
    assertThat(read("newest", 3)).extracting(Case::teacher).containsOnlyNulls();
  }

  @Test
  void findsTheNewestBehindTheEndsOfTransactions() throws Exception {
    create("transactions", 1);
    Map<String, Object> properties = kafka.producer();
    properties.put("transactional.id", "topic-cases-test");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      for (int i = 0; i < 150; i++) { // every other offset is the end of a transaction
        producer.beginTransaction();
        var unused = producer.send(new ProducerRecord<>("transactions", example(i, 0)));
        if (i % 10 == 9) {
          producer.abortTransaction();
        } else {
          producer.commitTransaction();
        }
      }
    }

    List<Case> found = read("transactions", 120);

    assertThat(found).hasSize(120);
    assertThat(feature(found.get(119))).isEqualTo(148);
    assertThat(feature(found.get(0))).isEqualTo(16);
  }

  @Test
  void readsSoftTargetsAtTemperatureOne() throws Exception {
    create("soft", 1);
    double[] atFour = {Math.log(0.6), Math.log(0.4)};
    send(
        "soft",
        0,
        softTarget(atFour, 4, PETS.hash(), "v1"),
        softTarget(atFour, 4, PETS.hash(), "v2"));
    CaseDecoder decoder = new CaseDecoder(new Task(ONE, PETS), false);
    List<Case> found = new ArrayList<>();

    new TopicCases(kafka, "soft", 10, decoder).forEach(found::add);

    double[] teacher = Objects.requireNonNull(found.get(0).teacher());
    double odds = Math.pow(0.6 / 0.4, 4);
    assertThat(Math.exp(teacher[0])).isEqualTo(odds / (1 + odds), within(1e-6));
    assertThat(decoder.teacherVersions()).isEqualTo(Map.of("v1", 1L, "v2", 1L));
  }

  @Test
  void namesOrCountsRecordsThatAreNotFit() throws Exception {
    create("unfit", 1);
    double[] even = {Math.log(0.5), Math.log(0.5)};
    send(
        "unfit",
        0,
        example(1, 0),
        new byte[] {1, 2},
        softTarget(even, 1, "other", "v"),
        example(2, 9));
    CaseDecoder decoder = new CaseDecoder(new Task(ONE, PETS), true);
    List<Case> found = new ArrayList<>();

    new TopicCases(kafka, "unfit", 10, decoder).forEach(found::add);

    assertThat(found).hasSize(1);
    assertThat(decoder.leftOut())
        .isEqualTo(Map.of("bad-framing", 1L, "wrong-class-map", 1L, "label-out-of-range", 1L));
    assertThatThrownBy(() -> read("unfit", 10))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("unfit-0, offset 1:")
        .hasMessageContaining("--on-error skip");
  }

  @Test
  void saysThatThereIsNoSuchTopic() {
    assertThatThrownBy(() -> read("nowhere", 10))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("topic nowhere does not exist");
  }

  private List<Case> read(String topic, long newest) {
    List<Case> found = new ArrayList<>();
    new TopicCases(kafka, topic, newest, new CaseDecoder(new Task(ONE, PETS), false))
        .forEach(found::add);
    return found;
  }

  private static int feature(Case one) {
    return one.features().get(one.features().position()) & 0xFF;
  }

  private void create(String topic, int partitions) throws Exception {
    try (Admin admin = Admin.create(kafka.admin())) {
      admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
    }
  }

  private void send(String topic, int partition, byte[]... values) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.producer(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (byte[] value : values) {
        var unused = producer.send(new ProducerRecord<>(topic, partition, null, value));
      }
      producer.flush();
    }
  }

  private static byte[] example(int feature, @Nullable Integer label) {
    return new AvroRecords()
        .encode(
            new Example(
                "x" + feature,
                ByteBuffer.wrap(new byte[] {(byte) feature}),
                FeatureType.U8,
                label,
                1f,
                Instant.EPOCH));
  }

  private static byte[] softTarget(double[] logs, float temperature, String hash, String version) {
    return new AvroRecords()
        .encode(
            new Target(
                new Example(
                    "x", ByteBuffer.wrap(new byte[] {5}), FeatureType.U8, null, 1f, Instant.EPOCH),
                new Answer(
                    TargetCodec.encode(TargetEncoding.DENSE_F32, logs),
                    TargetEncoding.DENSE_F32,
                    temperature,
                    version,
                    hash),
                Instant.EPOCH));
  }
}
