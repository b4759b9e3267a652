package io.streamdistill.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Answer;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.target.TargetEncoding;
import io.streamdistill.system.TransferSet.Input;
import io.streamdistill.testkit.TestRecords;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes wrong in practice: a message that helps, an exit code, and nothing half done. */
@Tag("system")
final class FaultTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Pattern RUNS =
      Pattern.compile("^(?:teacher|trainer) .*runs: kafka \\S+, metrics and health (\\S+)/$");
  private static final Pattern EXAMPLES_SEEN =
      Pattern.compile("(?m)^distill_student_examples_seen\\{.*} [1-9]");
  private static final int SIGTERM = 143;

  @RegisterExtension static final Pipeline pipeline = new Pipeline();

  private static Path model = Path.of("");

  @BeforeAll
  static void makeTeacher() throws IOException {
    model = Models.teacher(pipeline.path("teacher.onnx"));
  }

  @Test
  void anExampleThatTheTeacherHasNoAnswerToGoesToTheDeadLettersAndTheOthersAreScored()
      throws Exception {
    TopicsConfig topics = pipeline.createTopics("nan");
    Path broken = Models.broken(pipeline.path("broken.onnx"));
    DistillProcess teacher =
        pipeline.start("nan", "teacher", "--config=" + pipeline.config(topics, broken));
    teacher.awaitLine(RUNS, PATIENCE);

    send(
        topics.transferSet(),
        example("fit", 0),
        example("poison", Models.LIMIT + 1),
        example("mate", 0));

    awaitRecords(topics.softTargets(), 2);
    awaitRecords(topics.deadLetters(), 1);
    assertThat(teacher.output()).contains("Example 'poison'").contains("goes to the dead letters");
    assertNoStackTrace(teacher);
    assertThat(TopicRecording.all(pipeline.servers(), topics.softTargets()))
        .extracting(record -> TestRecords.target(record.value()).example().id())
        .containsExactlyInAnyOrder("fit", "mate");
    teacher.kill();
  }

  @Test
  void aTeacherWithAnotherNumberOfClassesDoesNotStart() throws Exception {
    TopicsConfig topics = Pipeline.topics("classes");
    DistillProcess teacher =
        pipeline.start(
            "classes",
            "teacher",
            "--config=" + pipeline.config(topics, model),
            "--set=classes.count=5");

    assertThat(teacher.awaitExit(PATIENCE)).isEqualTo(1);

    assertThat(teacher.output())
        .contains("error: " + model)
        .contains("has the outputs [logits FLOAT[any, 4]], 5 classes need one of shape (N, 5)");
    assertNoStackTrace(teacher);
  }

  @Test
  void anUnknownKeyIsAnErrorThatNamesTheNearestOne() throws Exception {
    Path config = pipeline.config(Pipeline.topics("key"), model);
    Files.writeString(config, Files.readString(config).replace("batch-size: 64", "batch-siez: 64"));

    DistillProcess teacher = pipeline.start("key", "teacher", "--config=" + config);

    assertThat(teacher.awaitExit(PATIENCE)).isEqualTo(2);
    assertThat(teacher.output()).contains("teacher.batch-siez").contains("teacher.batch-size");
    assertNoStackTrace(teacher);
  }

  @Test
  void saysWithinAMinuteThatNoBrokerIsThere() throws Exception {
    String config = "--config=" + pipeline.config(Pipeline.topics("nowhere"), model);
    String nowhere = "--set=kafka.bootstrap.servers=127.0.0.1:1";
    DistillProcess teacher =
        pipeline.start(
            "nowhere-teacher", "teacher", config, nowhere, "--set=teacher.limits.max-outage=3s");
    DistillProcess trainer =
        pipeline.start(
            "nowhere-trainer", "trainer", config, nowhere, "--set=student.limits.max-outage=3s");

    assertThat(teacher.awaitExit(PATIENCE)).isEqualTo(ExitStatus.OUTAGE.code());
    assertThat(trainer.awaitExit(PATIENCE)).isEqualTo(ExitStatus.OUTAGE.code());

    for (DistillProcess service : List.of(teacher, trainer)) {
      assertThat(service.output())
          .contains("error: Kafka at 127.0.0.1:1 ")
          .containsIgnoringCase("check kafka.bootstrap.servers");
      assertNoStackTrace(service);
    }
  }

  @Test
  void aSecondTrainerOfAStudentIsRefusedWhileTheFirstIsAlive() throws Exception {
    TopicsConfig topics = pipeline.createTopics("fence");
    int records = 600;
    send(topics.softTargets(), softTargets(records));
    String[] arguments = {
      "trainer",
      "--config=" + pipeline.config(topics, model),
      "--set=student.log.pass-examples=" + records,
      "--set=student.checkpoint.every=500ms"
    };
    String elsewhere = "--set=student.checkpoint.work-dir=" + pipeline.path("elsewhere");
    DistillProcess first = pipeline.start("first", arguments);
    awaitCheckpoints(topics, 1);

    DistillProcess second = pipeline.start("second", with(arguments, elsewhere));

    assertThat(second.awaitExit(PATIENCE)).isEqualTo(ExitStatus.FENCED.code());
    assertThat(second.output())
        .contains("error: another trainer of student 'student' is alive")
        .contains("give this one another student.name");
    assertNoStackTrace(second);
    assertThat(first.isAlive()).isTrue();
    first.kill();
    DistillProcess third = pipeline.start("third", arguments);
    third.awaitLine(Pattern.compile("resumes from checkpoint"), Duration.ofSeconds(30));
    third.awaitLine(Pattern.compile("published checkpoint"), PATIENCE);
    third.stop();
    assertThat(third.awaitExit(PATIENCE)).isEqualTo(SIGTERM);
  }

  private static String[] with(String[] arguments, String more) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = more;
    return all;
  }

  @Test
  void sigtermEndsBothServicesInAnOrderlyWayAndTheyGoOnLater() throws Exception {
    TopicsConfig topics = pipeline.createTopics("term");
    List<Input> inputs =
        TransferSet.of(2_000, new Random(5)).stream().filter(Input::isFit).toList();
    String config = "--config=" + pipeline.config(topics, model);
    String[] trainerArguments = {
      "trainer",
      config,
      "--set=student.log.passes=2",
      "--set=student.log.pass-examples=" + inputs.size(),
      "--set=student.checkpoint.every=1h" // only in the end
    };
    DistillProcess teacher = pipeline.start("term-teacher", "teacher", config);
    DistillProcess trainer = pipeline.start("term-trainer", trainerArguments);
    send(inputs.subList(0, 1_000), topics);
    awaitRecords(topics.softTargets(), 1_000);
    awaitTraining(trainer);

    teacher.stop();
    trainer.stop();

    assertThat(teacher.awaitExit(PATIENCE)).isEqualTo(SIGTERM);
    assertThat(trainer.awaitExit(PATIENCE)).isEqualTo(SIGTERM);
    assertNoStackTrace(teacher);
    assertNoStackTrace(trainer);
    awaitCheckpoints(topics, 1);

    pipeline.start("term-teacher", "teacher", config);
    DistillProcess resumed = pipeline.start("term-trainer", trainerArguments);
    send(inputs.subList(1_000, inputs.size()), topics);

    assertThat(resumed.awaitExit(PATIENCE)).isZero();
    assertThat(resumed.output()).contains("resumes from checkpoint");
    assertThat(resumed.output()).contains("%d examples seen".formatted(2 * inputs.size()));
    assertThat(TopicRecording.all(pipeline.servers(), topics.softTargets()))
        .extracting(record -> new String(record.key(), UTF_8))
        .containsExactlyInAnyOrderElementsOf(inputs.stream().map(Input::key).toList());
  }

  private static void assertNoStackTrace(DistillProcess process) {
    assertThat(process.output()).doesNotContain("\tat ");
  }

  private static void awaitRecords(String topic, int count) {
    try (TopicRecording reader = TopicRecording.committed(pipeline.servers(), topic)) {
      Awaitility.await().atMost(PATIENCE).until(() -> reader.poll().size() >= count);
    }
  }

  /** Waits for its first step. */
  private static void awaitTraining(DistillProcess trainer) throws InterruptedException {
    URI metrics = URI.create(trainer.awaitLine(RUNS, PATIENCE).group(1) + "/metrics");
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request = HttpRequest.newBuilder(metrics).build();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                EXAMPLES_SEEN.matcher(client.send(request, BodyHandlers.ofString()).body()).find());
  }

  private static void awaitCheckpoints(TopicsConfig topics, int count) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                CheckpointLog.read(pipeline.kafka(), topics.checkpoints()).announcements().size()
                    >= count);
  }

  /** An example whose first feature is given. */
  private static byte[] example(String id, float first) {
    Example example = TransferSet.example(id, new Random(1));
    example.features().order(ByteOrder.LITTLE_ENDIAN).putFloat(0, first);
    return new AvroRecords().encode(example);
  }

  private static byte[][] softTargets(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> softTarget(Integer.toString(i), new Random(i)))
        .toArray(byte[][]::new);
  }

  private static byte[] softTarget(String id, Random random) {
    Example example = TransferSet.example(id, random);
    ByteBuffer targets = ByteBuffer.allocate(TransferSet.CLASSES * Float.BYTES);
    while (targets.hasRemaining()) {
      targets.order(ByteOrder.LITTLE_ENDIAN).putFloat(1f / TransferSet.CLASSES);
    }
    return new AvroRecords()
        .encode(
            new Target(
                new Example(
                    id,
                    example.features(),
                    FeatureType.F32,
                    example.label(),
                    1f,
                    example.eventTime()),
                new Answer(
                    targets.flip(),
                    TargetEncoding.DENSE_F32,
                    1f,
                    "even",
                    ClassMap.ofCount(TransferSet.CLASSES).hash()),
                example.eventTime()));
  }

  /** Sends values to the first partition. */
  private static void send(String topic, byte[]... values) throws Exception {
    send(List.of(values).stream().map(value -> record(topic, value)).toList());
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, byte[] value) {
    return new ProducerRecord<>(topic, 0, null, value);
  }

  private static void send(List<Input> inputs, TopicsConfig topics) throws Exception {
    send(inputs.stream().map(input -> input.to(topics.transferSet())).toList());
  }

  private static void send(List<ProducerRecord<byte[], byte[]>> records) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", pipeline.servers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (ProducerRecord<byte[], byte[]> record : records) {
        sent.add(producer.send(record));
      }
      for (Future<RecordMetadata> future : sent) {
        future.get();
      }
    }
  }
}
