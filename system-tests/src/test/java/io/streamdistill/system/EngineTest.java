package io.streamdistill.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Example;
import io.streamdistill.records.avro.AvroRecords;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A model that never returns: native code, which nothing interrupts and nothing must pull down. */
@Tag("system")
final class EngineTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int SIGTERM = 143;
  private static final Pattern STARTS = Pattern.compile("The teacher starts.* (http://[0-9.:]+/)");
  private static final Pattern BUSY =
      Pattern.compile("(?m)^distill_teacher_batch_age_seconds\\{.*} (0\\.[1-9]|[1-9])");

  @RegisterExtension static final Pipeline pipeline = new Pipeline();

  private static Path model(String name) {
    return Path.of("src/test/resources/models", name + ".onnx").toAbsolutePath();
  }

  private static String url(DistillProcess teacher) throws InterruptedException {
    return teacher.awaitLine(STARTS, PATIENCE).group(1);
  }

  private static HttpResponse<String> get(String url) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }

  private static void awaitInsideTheEngine(String url) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> BUSY.matcher(get(url + "metrics").body()).find());
  }

  private static Example thatHangs() {
    Example example = TransferSet.example("hangs", new Random(1));
    example.features().order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 200);
    return example;
  }

  private static void send(TopicsConfig topics, List<Example> examples) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", pipeline.servers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (Example example : examples) {
        producer
            .send(
                new ProducerRecord<>(
                    topics.transferSet(), 0, null, new AvroRecords().encode(example)))
            .get();
      }
    }
  }

  private static void assertEndedInOrder(DistillProcess teacher, int code) throws Exception {
    assertThat(teacher.awaitExit(PATIENCE)).isEqualTo(code);
    assertThat(teacher.output()).doesNotContain("SIGSEGV").doesNotContain("\tat ");
  }

  /** A teacher that is ready, and looks soon. */
  private static DistillProcess ready(String name, TopicsConfig topics) throws Exception {
    DistillProcess teacher =
        pipeline.start(
            name,
            "teacher",
            "--config=" + pipeline.config(topics, model("hangs-where-large")),
            "--set=teacher.limits.hang-after=4s",
            "--set=teacher.linger=1s");
    String url = url(teacher);
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> get(url + "readyz").statusCode() == 200);
    return teacher;
  }

  @Test
  void aRecordThatTheModelHangsOnIsADeadLetter() throws Exception {
    TopicsConfig topics = pipeline.createTopics("hang-once");
    DistillProcess teacher = ready("hang-once", topics);
    String url = url(teacher);

    Random random = new Random(2);
    List<Example> examples = new ArrayList<>();
    examples.add(thatHangs());
    IntStream.range(0, 100).forEach(i -> examples.add(TransferSet.example("e" + i, random)));
    send(topics, examples);

    await().atMost(PATIENCE).until(() -> get(url + "readyz").body().contains("in the engine for"));
    await()
        .atMost(PATIENCE)
        .until(() -> TopicRecording.all(pipeline.servers(), topics.softTargets()).size() == 100);
    assertThat(TopicRecording.all(pipeline.servers(), topics.deadLetters())).hasSize(1);
    await().atMost(PATIENCE).until(() -> get(url + "readyz").statusCode() == 200);
    teacher.stop();
    assertEndedInOrder(teacher, SIGTERM);
  }

  @Test
  void aModelThatHangsOnManyEndsTheProcess() throws Exception {
    TopicsConfig topics = pipeline.createTopics("hang");
    DistillProcess teacher = ready("hang", topics);

    send(topics, Collections.nCopies(4, thatHangs()));

    assertEndedInOrder(teacher, ExitStatus.HUNG.code());
    assertThat(teacher.output()).contains("It hangs: a batch", "hung after 4 s");
  }

  @Test
  void sigtermWhileABatchHangsEndsTheProcessInOrder() throws Exception {
    TopicsConfig topics = pipeline.createTopics("term-in-batch");
    DistillProcess teacher =
        pipeline.start(
            "term-in-batch",
            "teacher",
            "--config=" + pipeline.config(topics, model("hangs-where-large")));
    String url = url(teacher);
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> get(url + "readyz").statusCode() == 200);
    send(topics, List.of(thatHangs()));
    awaitInsideTheEngine(url);

    teacher.stop();

    assertEndedInOrder(teacher, SIGTERM);
  }

  @Test
  void sigtermWhileAModelIsTriedEndsTheProcessAtOnce() throws Exception {
    TopicsConfig topics = Pipeline.topics("term-in-trial");
    DistillProcess teacher =
        pipeline.start(
            "term-in-trial", "teacher", "--config=" + pipeline.config(topics, model("hangs")));
    String url = url(teacher);
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> get(url + "readyz").body().contains("hangs.onnx is tried on"));

    teacher.stop();

    assertEndedInOrder(teacher, SIGTERM);
  }
}
