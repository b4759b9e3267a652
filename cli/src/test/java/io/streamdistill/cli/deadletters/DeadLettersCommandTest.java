package io.streamdistill.cli.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.kafka.DeadLetter;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Verdict.Reason;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands on a real log; each test has topics of its own. */
final class DeadLettersCommandTest {

  @TempDir private static Path brokerDirectory;
  private static EmbeddedBroker broker;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @SuppressWarnings("NullAway.Init")
  private Letters letters;

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(BrokerConfig.in(brokerDirectory));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void createTopics(TestInfo test) throws Exception {
    String name = test.getTestMethod().orElseThrow().getName();
    letters = new Letters(broker.bootstrapServers(), name, Map.of("max.message.bytes", "5000"));
  }

  @AfterEach
  void close() {
    letters.close();
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    return DeadLettersCommand.create(() -> new DeadLetterDesk(letters.kafka, letters.topics))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (e, failed, parsed) -> {
              failed.getErr().println(e.getMessage());
              return 1;
            })
        .execute(arguments);
  }

  private JsonNode json(String... arguments) throws Exception {
    assertThat(run(arguments)).as(err.toString()).isLessThan(2);
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void countsByReason() throws Exception {
    letters.sendLetters(Reason.WRONG_FEATURE_TYPE, 0, 5);
    letters.sendLetters(Reason.BLANK_ID, 5, 7);
    letters.send(new ProducerRecord<>(letters.topics.deadLetters(), 0, null, null));

    assertThat(run()).as(err.toString()).isZero();

    assertThat(out.toString().lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("LETTERS"),
            line -> assertThat(line).contains("5  ").contains("wrong-feature-type", "teacher-a"),
            line -> assertThat(line).contains("2  ").contains("blank-id", "2026-01-31T12:00:05Z"),
            line -> assertThat(line).contains("1  ").contains("(no dead letter)"),
            line -> assertThat(line).startsWith("8 dead letters in topic "));
    JsonNode json = json("count", "--json", "--reason", "blank-id");
    assertThat(json.path("letters").asLong()).isEqualTo(2);
    assertThat(json.path("reasons").get(0).path("reason").asText()).isEqualTo("blank-id");
  }

  @Test
  void listsTheNewestThatMatch() throws Exception {
    letters.sendLetters(Reason.WRONG_FEATURE_TYPE, 0, 30);
    letters.sendLetters(Reason.BLANK_ID, 30, 31);

    assertThat(run("list", "--reason", "wrong-feature-type", "--limit", "2")).isZero();

    assertThat(out.toString().lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("AT"),
            line -> assertThat(line).startsWith("1:14").contains("-1@29", "k29", "detail of 29"),
            line -> assertThat(line).startsWith("0:14").contains("-0@28"),
            line -> assertThat(line).isEqualTo("2 of 30 dead letters"));
    assertThat(json("list", "--json", "--since", "2026-01-31T12:00:29Z")).hasSize(2);
    assertThat(json("list", "--json", "--until", "2026-01-31", "--limit", "9")).isEmpty();
    assertThat(json("list", "--json", "--partition", "1", "--limit", "99")).hasSize(15);
    assertThat(run("list", "--since", "yesterday")).isEqualTo(2);
    assertThat(err.toString()).contains("how long ago (30m, 2h, 7d), got 'yesterday'");
  }

  @Test
  void showsAllThatCanBeSaidOfOne() throws Exception {
    letters.sendLetters(Reason.WRONG_FEATURE_LENGTH, 0, 2);

    assertThat(run("show", "1:0")).as(err.toString()).isZero();

    assertThat(out.toString())
        .contains("reason       wrong-feature-length")
        .contains("detail       detail of 1")
        .contains("from         " + letters.topics.transferSet() + "-1@1")
        .contains("not replayed")
        .contains("key          k1")
        .contains("  trace: t1")
        .contains("  id: e1")
        .contains("  features: 3 of U8 in 3 bytes: 0, 0, 0");
    assertThat(json("show", "1:0", "--json").path("content").path("label").asText()).isEqualTo("3");
    assertThat(run("show", "1:77")).isEqualTo(1);
    assertThat(err.toString()).contains("there is no record at 1:77 of topic");
  }

  @Test
  void replaysEachAsItWasAndOnce() throws Exception {
    letters.sendLetters(Reason.WRONG_FEATURE_TYPE, 0, 3);

    assertThat(run("replay")).as(err.toString()).isZero();
    assertThat(out.toString()).startsWith("replayed 3 dead letters to topic ");
    assertThat(run("replay")).as(err.toString()).isZero();
    assertThat(out.toString()).startsWith("replayed 0 ").contains("; 3 were replayed before");

    List<ConsumerRecord<byte[], byte[]>> records = letters.read(letters.topics.transferSet());
    assertThat(records).hasSize(3);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      long offset = Long.parseLong(new String(record.key(), UTF_8).substring(1));
      assertThat(record.value()).isEqualTo(Letters.example("e" + offset, 3));
      assertThat(record.timestamp()).isEqualTo(Letters.TIME.plusSeconds(offset).toEpochMilli());
      assertThat(record.partition()).isEqualTo((int) (offset % 2));
      assertThat(StreamSupport.stream(record.headers().spliterator(), false).map(Header::key))
          .containsExactly("trace");
    }
    assertThat(json("count", "--json").path("letters").asLong())
        .as("markers do not count")
        .isEqualTo(3);
    assertThat(json("count", "--json").path("replayed").asLong()).isEqualTo(3);
    assertThat(json("list", "--json", "--pending")).isEmpty();
    assertThat(run("show", "0:0")).isZero();
    assertThat(out.toString()).contains("at           0:0, replayed");
  }

  @Test
  void aTimestampThatTheDeadLettersRefusedComesBack() throws Exception {
    ProducerRecord<byte[], byte[]> letter = letters.letter(Reason.BLANK_ID, 0);
    letter.headers().add(Letters.header(DeadLetter.TIMESTAMP, "1234567"));
    letters.send(letter);

    assertThat(run("replay")).isZero();

    ConsumerRecord<byte[], byte[]> record = letters.read(letters.topics.transferSet()).get(0);
    assertThat(record.timestamp()).isEqualTo(1_234_567);
    assertThat(record.headers().lastHeader(DeadLetter.TIMESTAMP)).isNull();
  }

  @Test
  void whatIsRejectedOnceMoreCanBeReplayedOnceMore() throws Exception {
    letters.sendLetters(Reason.WRONG_FEATURE_TYPE, 0, 1);
    assertThat(run("replay")).isZero();
    letters.sendLetters(Reason.WRONG_FEATURE_TYPE, 0, 1);

    assertThat(run("replay")).isZero();

    assertThat(out.toString()).startsWith("replayed 1 ").contains("1 were replayed before");
    assertThat(letters.replayedKeys()).containsExactly("k0", "k0");
  }

  @Test
  void replaysWhatTheFiltersSayAndTheRestLater() throws Exception {
    letters.sendLetters(Reason.WRONG_FEATURE_TYPE, 0, 6);
    letters.sendLetters(Reason.BLANK_ID, 6, 8);

    assertThat(run("replay", "--reason", "wrong-feature-type", "--partition", "1", "--dry-run"))
        .isZero();
    assertThat(out.toString()).startsWith("would replay 3 ");
    assertThat(letters.replayedKeys()).isEmpty();
    assertThat(run("replay", "--reason", "wrong-feature-type", "--partition", "1")).isZero();
    assertThat(letters.replayedKeys()).containsExactly("k1", "k3", "k5");
    assertThat(run("replay", "--at", "0:0,0:1")).isZero();
    assertThat(letters.replayedKeys()).containsExactly("k0", "k1", "k2", "k3", "k5");
    assertThat(run("replay")).isZero();
    assertThat(letters.replayedKeys()).hasSize(8).doesNotHaveDuplicates();
  }

  @Test
  void refusesWhatDidNotComeFromTheTransferSetOrIsNotWhole() throws Exception {
    byte[] any = {1};
    letters.send(letters.letter(letters.topics.softTargets(), Reason.BAD_WEIGHT, 0, any));
    letters.send(letters.letter("another-topic", Reason.BLANK_ID, 1, any));
    ProducerRecord<byte[], byte[]> cut = letters.letter(Reason.TOO_LARGE, 2);
    cut.headers().add(Letters.header(DeadLetter.OMITTED, "value of 9 bytes"));
    letters.send(cut);
    letters.sendLetters(Reason.BLANK_ID, 3, 4);

    assertThat(run("replay")).isEqualTo(1);

    assertThat(letters.replayedKeys()).containsExactly("k3");
    assertThat(out.toString())
        .contains("replayed 1 ")
        .contains("left out 1: a soft target, rejected by teacher-a")
        .contains("left out 1: it came from topic another-topic, and topics.transfer-set is")
        .contains("left out 1: its content was too large");
  }

  @Test
  void oneThatTheTopicDoesNotTakeKeepsNoOthersBack() throws Exception {
    letters.sendLetters(Reason.BLANK_ID, 0, 5);
    letters.send(letters.letter(letters.topics.transferSet(), Reason.TOO_LARGE, 5, noise(20_000)));
    letters.sendLetters(Reason.BLANK_ID, 6, 9);

    assertThat(run("replay")).isEqualTo(1);
    assertThat(run("replay")).isEqualTo(1);

    assertThat(letters.replayedKeys()).hasSize(8).doesNotContain("k5").doesNotHaveDuplicates();
    assertThat(out.toString()).contains("left out 1: topic ", " does not take it");
  }

  @Test
  void whatAKilledReplayHadBegunIsReplayedOnce() throws Exception {
    letters.sendLetters(Reason.BLANK_ID, 0, 4);
    Map<String, Object> properties = letters.kafka.producer();
    properties.put("transactional.id", Replay.transactionalId(letters.topics.deadLetters()));
    try (KafkaProducer<byte[], byte[]> killed =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      killed.initTransactions();
      killed.beginTransaction();
      List<ProducerRecord<byte[], byte[]>> begun =
          List.of(
              new ProducerRecord<>(letters.topics.transferSet(), 0, "k0".getBytes(UTF_8), null),
              Replayed.marker(letters.topics.deadLetters(), 0, List.of(0L, 1L)));
      for (ProducerRecord<byte[], byte[]> one : begun) {
        killed.send(one).get();
      }

      assertThat(run("replay")).as(err.toString()).isZero();
    }

    assertThat(letters.replayedKeys()).containsExactly("k0", "k1", "k2", "k3");
  }

  private static byte[] noise(int bytes) {
    byte[] noise = new byte[bytes];
    new Random(1).nextBytes(noise);
    return noise;
  }

  @Test
  void aTopicThatIsNotThereIsALine() {
    CommandLine command =
        DeadLettersCommand.create(() -> new DeadLetterDesk(letters.kafka, TopicsConfig.defaults()));
    int code =
        command
            .setErr(new PrintWriter(err, true))
            .setExecutionExceptionHandler(
                (e, failed, parsed) -> {
                  failed.getErr().println(e.getMessage());
                  return 1;
                })
            .execute();

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains("topic dead-letters does not exist on Kafka at");
  }
}
