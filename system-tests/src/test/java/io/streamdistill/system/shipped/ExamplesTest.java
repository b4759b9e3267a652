package io.streamdistill.system.shipped;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.BrokerProcess;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.testkit.TestRecords;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExamplesTest {

  private static final String TRANSFER_SET = "transfer-set";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"Produce.java", "produce.py", "predict.py"})
  void readmeShowsTheExampleWordForWord(String name) throws IOException {
    String readme = Files.readString(Repository.file("docs/examples/README.md"));
    String example = Files.readString(Repository.file("docs/examples/" + name));

    assertThat(readme)
        .contains(
            "<!-- docs/examples/%s -->\n```%s\n%s```\n"
                .formatted(name, name.endsWith(".py") ? "python" : "java", example));
  }

  @Test
  void javaExampleSendsWhatTheTeacherReads() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");

    assertSendsOneExample(List.of(java, "-cp", classPath, "docs/examples/Produce.java"));
  }

  @Test
  void pythonExampleSendsWhatTheTeacherReads() throws Exception {
    assumeTrue(
        run(List.of("python3", "-c", "import fastavro, confluent_kafka")) == 0,
        "python3 with fastavro and confluent-kafka is not installed");

    assertSendsOneExample(List.of("python3", "docs/examples/produce.py"));
  }

  private void assertSendsOneExample(List<String> command) throws Exception {
    try (BrokerProcess broker =
        BrokerProcess.start(
            BrokerConfig.in(directory.resolve("broker")), directory.resolve("broker.log"))) {
      createTopic(broker.bootstrapServers());

      List<String> withBroker = new ArrayList<>(command);
      withBroker.add(broker.bootstrapServers());
      assertThat(run(withBroker)).as(this::output).isZero();

      ConsumerRecord<String, byte[]> record = only(broker.bootstrapServers());
      Example example = TestRecords.example(record.value());
      assertThat(record.key()).isEqualTo(example.id()).isEqualTo("camera-7/000042");
      assertThat(example.type()).isEqualTo(FeatureType.U8);
      assertThat(example.features().remaining()).isEqualTo(784);
      assertThat(example.label()).isNull();
      assertThat(example.weight()).isEqualTo(1);
      assertThat(Duration.between(example.eventTime(), Instant.now()))
          .isLessThan(Duration.ofMinutes(5));
    }
  }

  private int run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(Repository.root().toFile());
    builder.redirectErrorStream(true).redirectOutput(outputFile());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return 127; // as a shell says of a command that is not there
    }
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException(command + " did not end: " + output());
    }
    return process.exitValue();
  }

  private File outputFile() {
    return directory.resolve("output").toFile();
  }

  private String output() {
    try {
      return Files.readString(outputFile().toPath());
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void createTopic(String bootstrapServers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      NewTopic topic = new NewTopic(TRANSFER_SET, Optional.of(1), Optional.empty());
      admin.createTopics(List.of(topic)).all().get(60, TimeUnit.SECONDS);
    }
  }

  private static ConsumerRecord<String, byte[]> only(String bootstrapServers) {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(TRANSFER_SET, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      List<ConsumerRecord<String, byte[]>> records =
          consumer.poll(Duration.ofSeconds(30)).records(partition);
      assertThat(records).hasSize(1);
      return records.get(0);
    }
  }
}
