package io.streamdistill.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.kafka.HangingTransactions.Ending;
import io.streamdistill.kafka.HangingTransactions.Hanging;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A broker that does not verify partitions forgets them, as one that died may have. */
final class HangingTransactionsTest {

  private static final TopicPartition PARTITION = new TopicPartition("answers", 0);

  /** Version of produce requests before brokers told the coordinator themselves. */
  private static final short UNVERIFIED = ProduceRequest.LAST_STABLE_VERSION_BEFORE_TRANSACTION_V2;

  @TempDir private static Path directory;
  private static EmbeddedBroker broker;
  private static KafkaSettings kafka;
  private static Admin admin;

  @BeforeAll
  static void start() throws Exception {
    BrokerConfig config =
        new BrokerConfig(
            directory, 0, 0, Map.of("transaction.partition.verification.enable", "false"));
    broker = EmbeddedBroker.start(config);
    kafka = KafkaSettings.of(broker.bootstrapServers());
    admin = Admin.create(kafka.admin());
    admin.createTopics(List.of(new NewTopic("answers", 1, (short) 1))).all().get();
  }

  @AfterAll
  static void stop() {
    admin.close();
    broker.close();
  }

  private static KafkaProducer<String, String> producer(String id) {
    Map<String, Object> properties = kafka.producer();
    properties.put("transactional.id", id);
    KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
    producer.initTransactions();
    return producer;
  }

  private static long readableEnd() throws Exception {
    return admin
        .listOffsets(
            Map.of(PARTITION, OffsetSpec.latest()),
            new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
        .partitionResult(PARTITION)
        .get()
        .offset();
  }

  /**
   * A record of a transaction that the coordinator is never told of: older clients told it
   * themselves, so this broker, which verifies nothing, does not.
   */
  private static void sendUntold(String topic, String id) throws Exception {
    TransactionDescription as = coordinated(id);
    MemoryRecords records =
        MemoryRecords.withTransactionalRecords(
            Compression.NONE,
            as.producerId(),
            (short) as.producerEpoch(),
            0,
            new SimpleRecord("v".getBytes(UTF_8)));
    var produced =
        new TopicProduceData()
            .setName(topic)
            .setPartitionData(List.of(new PartitionProduceData().setIndex(0).setRecords(records)));
    var data =
        new ProduceRequestData()
            .setTransactionalId(id)
            .setAcks((short) -1)
            .setTimeoutMs(10_000)
            .setTopicData(new TopicProduceDataCollection(List.of(produced).iterator()));
    ProduceRequest request =
        new ProduceRequest.Builder(UNVERIFIED, UNVERIFIED, data).build(UNVERIFIED);
    ByteBuffer bytes =
        request.serializeWithHeader(new RequestHeader(ApiKeys.PRODUCE, UNVERIFIED, "test", 1));
    int colon = kafka.bootstrapServers().indexOf(':');
    try (Socket socket =
        new Socket(
            kafka.bootstrapServers().substring(0, colon),
            Integer.parseInt(kafka.bootstrapServers().substring(colon + 1)))) {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(bytes.remaining());
      out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
      out.flush();
      new DataInputStream(socket.getInputStream()).readInt(); // it was taken
    }
  }

  private static TransactionDescription coordinated(String id) throws Exception {
    return admin.describeTransactions(List.of(id)).description(id).get();
  }

  @Test
  void findsAndEndsWhatTheCoordinatorHasForgotten() throws Exception {
    HangingTransactions transactions = new HangingTransactions(admin, kafka);
    producer("forgotten").close();
    sendUntold("answers", "forgotten");
    assertThat(transactions.find(List.of("answers")))
        .as("as far as the epoch tells, it may still end")
        .isEmpty();
    producer("forgotten").close();
    try (KafkaProducer<String, String> alive = producer("alive")) {
      alive.beginTransaction();
      alive.send(new ProducerRecord<>("answers", 0, "k", "v")).get();
      assertThat(readableEnd()).isZero();

      List<Hanging> found = transactions.find(List.of("answers", "no-such-topic"));

      assertThat(found).hasSize(1);
      assertThat(found.get(0).toString())
          .startsWith("answers-0, from offset 0 on: a transaction of 'forgotten' (producer ");
      assertThat(found.get(0).ending()).as("its id was taken anew").isEqualTo(Ending.UNKNOWN);
      transactions.abort(found.get(0));
      assertThat(transactions.find(transactions.allTopics())).isEmpty();
      assertThat(readableEnd()).as("up to the one that is alive").isEqualTo(1);
      alive.commitTransaction();
    }
  }

  /** The coordinator ended the transaction, and forgot this partition of it. */
  @ParameterizedTest
  @CsvSource({"true, COMMITTED", "false, ABORTED"})
  void saysHowItEndedWhileTheCoordinatorKnows(boolean commit, Ending ending) throws Exception {
    HangingTransactions transactions = new HangingTransactions(admin, kafka);
    String id = "forgetful-" + commit;
    String told = "told-" + commit;
    String untold = "untold-" + commit;
    admin
        .createTopics(List.of(new NewTopic(told, 1, (short) 1), new NewTopic(untold, 1, (short) 1)))
        .all()
        .get();
    try (KafkaProducer<String, String> producer = producer(id)) {
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(told, "k", "v")).get();
      sendUntold(untold, id);
      if (commit) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }

      List<Hanging> found =
          await().until(() -> transactions.find(List.of(untold)), hanging -> !hanging.isEmpty());

      assertThat(found).extracting(Hanging::ending).containsExactly(ending);
      transactions.abort(found.get(0));
      assertThat(transactions.find(List.of(untold))).isEmpty();
    }
  }
}
