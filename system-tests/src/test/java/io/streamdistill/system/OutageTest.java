package io.streamdistill.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.testkit.TestRecords;
import io.streamdistill.wire.Codecs;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The broker is away, then the store is, under load, while nobody lends a hand: no process ends,
 * {@code /readyz} says so soon and clears soon, nothing is lost.
 *
 * <p>System properties: {@code outage}, how long each lasts, default {@code PT20S}; {@code rounds},
 * default 1.
 */
@Tag("system")
final class OutageTest {

  private static final Duration OUTAGE = Duration.parse(System.getProperty("outage", "PT20S"));
  private static final int ROUNDS = Integer.getInteger("rounds", 1);
  private static final int PER_SECOND = 50;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** What is promised is 15 s; machines that do many things at once get some more. */
  private static final Duration SOON = Duration.ofSeconds(40);

  @RegisterExtension static final Pipeline pipeline = new Pipeline();

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final TopicsConfig topics = Pipeline.topics("outage");

  @Test
  void areWaitedOut() throws Exception {
    pipeline.createTopics("outage");
    Path model = Models.teacher(pipeline.path("teacher.onnx"));
    Path store = Files.createDirectories(pipeline.path("store"));
    String config = "--config=" + pipeline.config(topics, model);
    DistillProcess teacher = pipeline.start("teacher", "teacher", config);
    DistillProcess trainer =
        pipeline.start(
            "trainer",
            "trainer",
            config,
            "--set=student.checkpoint.store=file:" + store,
            "--set=student.log.visits=1");
    List<URI> both = List.of(readyz(teacher), readyz(trainer));
    int fed;
    try (SkewedFeed feed =
        new SkewedFeed(
            pipeline.servers(),
            topics.transferSet(),
            Pipeline.PARTITIONS,
            PER_SECOND,
            new Random(1))) {
      for (int round = 0; round < ROUNDS; round++) {
        awaitTrained();
        pipeline.stopBroker(round % 2 == 0);
        Instant away = Instant.now();
        for (URI one : both) {
          told("broker away", one, away, 503);
        }
        sleepUntil(away.plus(OUTAGE));
        pipeline.startBroker();
        Instant back = Instant.now();
        for (URI one : both) {
          told("broker back", one, back, 200);
        }
        awaitTrained();

        Path hidden = store.resolveSibling("store-away");
        Files.move(store, hidden);
        Files.createFile(store); // so that nobody makes a new one
        away = Instant.now();
        told("store away", both.get(1), away, 503);
        sleepUntil(away.plus(OUTAGE));
        Files.delete(store);
        Files.move(hidden, store);
        told("store back", both.get(1), Instant.now(), 200);
        awaitTrained();
        assertThat(teacher.isAlive() && trainer.isAlive()).isTrue();
      }
      fed = feed.stop();
    }
    int all = fed;
    Awaitility.await().atMost(PATIENCE).until(() -> trained() == all);
    assertEveryIdOnce(all);
    teacher.stop();
    trainer.stop();
    assertThat(teacher.awaitExit(PATIENCE)).as("SIGTERM").isEqualTo(143);
    assertThat(trainer.awaitExit(PATIENCE)).as("SIGTERM").isEqualTo(143);
  }

  private static URI readyz(DistillProcess service) throws InterruptedException {
    String address =
        service.awaitLine(Pattern.compile("metrics and health (http://\\S+/)"), PATIENCE).group(1);
    return URI.create(address + "readyz");
  }

  private void told(String what, URI readyz, Instant since, int status) {
    Awaitility.await(what + " at " + readyz)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> get(readyz).statusCode() == status);
    System.out.printf(
        "%s: %s says %d after %.1f s%n",
        what, readyz, status, Duration.between(since, Instant.now()).toMillis() / 1e3);
  }

  private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static void sleepUntil(Instant end) throws InterruptedException {
    Thread.sleep(Math.max(0, Duration.between(Instant.now(), end).toMillis()));
  }

  private void awaitTrained() throws Exception {
    long before = trained();
    Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> trained() > before);
  }

  private long trained() throws Exception {
    return TopicRecording.all(pipeline.servers(), topics.checkpoints()).stream()
        .filter(record -> record.value() != null)
        .mapToLong(r -> Codecs.checkpointPublished().decode(r.value()).getExamplesSeen())
        .max()
        .orElse(0);
  }

  private void assertEveryIdOnce(int fed) throws Exception {
    Map<String, Integer> times = new HashMap<>();
    TopicRecording.all(pipeline.servers(), topics.softTargets())
        .forEach(
            record ->
                times.merge(TestRecords.target(record.value()).example().id(), 1, Integer::sum));
    assertThat(times).hasSize(fed);
    assertThat(times.values()).containsOnly(1);
  }
}
