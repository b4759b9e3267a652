package io.streamdistill.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.kafka.TopicsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code distill pull --follow} keeps a directory on the newest of a stream of checkpoints, while
 * it is killed again and again, the broker is restarted and a store goes away. A reader of the
 * directory never finds anything but one whole checkpoint, and after every fault the newest one
 * arrives.
 *
 * <p>System properties: {@code kills}, default 4; {@code seed}, by default another one each time;
 * {@code follow.results}, a file that the figures are written to. README.md of this module has the
 * command for a long run.
 */
@Tag("system")
final class FollowTest {

  private static final int KILLS = Integer.getInteger("kills", 4);
  private static final int OUTAGES = Math.max(1, KILLS / 10); // of broker and of store, each
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private static final @Nullable String RESULTS = System.getProperty("follow.results");
  private static final String STUDENT = "followed";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @RegisterExtension static final Pipeline pipeline = new Pipeline();

  private enum Fault {
    KILL,
    BROKER_RESTART,
    STORE_OUTAGE
  }

  private final Random random = new Random(SEED);
  private final Map<Fault, List<Double>> untilNewest = new EnumMap<>(Fault.class); // seconds
  private Path out = Path.of("");
  private Path store = Path.of("");
  private int starts;

  @Test
  void neverShowsATornDirectoryAndAlwaysComesToTheNewest() throws Exception {
    System.out.printf("kills=%d seed=%d%n", KILLS, SEED);
    Instant begin = Instant.now();
    TopicsConfig topics = pipeline.createTopics("follow");
    out = pipeline.path("model");
    store = Files.createDirectories(pipeline.path("store"));
    Path config = config(topics);
    try (Publications publications =
            new Publications(
                pipeline.kafka(),
                topics,
                STUDENT,
                pipeline.path("work"),
                random,
                "kafka:",
                "file:" + store);
        DirectoryWatch watch = new DirectoryWatch(out)) {
      publications.start();
      watch.start();
      DistillProcess puller = follow(config);
      awaitNewest(publications, watch);
      for (Fault fault : faults()) {
        puller = inflict(fault, puller, config, watch);
        long healed = System.nanoTime();
        awaitNewest(publications, watch);
        untilNewest
            .computeIfAbsent(fault, unused -> new ArrayList<>())
            .add((System.nanoTime() - healed) / 1e9);
        assertThat(watch.problems()).isEmpty();
        assertThat(puller.isAlive()).as("puller runs after %s", fault).isTrue();
      }
      puller.stop();
      assertThat(puller.awaitExit(PATIENCE)).as("SIGTERM").isEqualTo(143);
      assertThat(watch.problems()).isEmpty();
      assertThat(watch.versions()).isGreaterThan(KILLS);
      report(figures(publications, watch, Duration.between(begin, Instant.now())));
    }
  }

  private List<Fault> faults() {
    List<Fault> faults = new ArrayList<>(Collections.nCopies(KILLS, Fault.KILL));
    faults.addAll(Collections.nCopies(OUTAGES, Fault.BROKER_RESTART));
    faults.addAll(Collections.nCopies(OUTAGES, Fault.STORE_OUTAGE));
    Collections.shuffle(faults, random);
    return faults;
  }

  private Path config(TopicsConfig topics) throws IOException {
    return Files.writeString(
        pipeline.path("follow.yaml"),
        """
        kafka: {bootstrap.servers: "%s"}
        topics: {checkpoints: %s, checkpoint-files: %s, checkpoint-events: %s}
        """
            .formatted(
                pipeline.servers(),
                topics.checkpoints(),
                topics.checkpointFiles(),
                topics.checkpointEvents()));
  }

  private DistillProcess follow(Path config) throws IOException {
    starts++;
    return pipeline.start(
        "pull", "pull", "--config=" + config, "--student=" + STUDENT, "--follow", "--out=" + out);
  }

  /** Returns the puller that runs afterwards. */
  private DistillProcess inflict(
      Fault fault, DistillProcess puller, Path config, DirectoryWatch watch) throws Exception {
    switch (fault) {
      case KILL -> {
        String before = watch.version();
        if (random.nextBoolean()) { // else it has just got to the newest
          await(() -> !watch.version().equals(before));
        }
        sleepUpTo(600);
        puller.kill();
        DistillProcess next = follow(config);
        if (random.nextInt(4) == 0) { // once more, while it starts and does its first pull
          sleepUpTo(4_000);
          next.kill();
          next = follow(config);
        }
        return next;
      }
      case BROKER_RESTART -> {
        sleepUpTo(500);
        pipeline.stopBroker(random.nextBoolean());
        sleepUpTo(3_000);
        pipeline.startBroker();
      }
      case STORE_OUTAGE -> {
        sleepUpTo(500);
        Path away = store.resolveSibling("store-away");
        Files.move(store, away);
        Files.createFile(store); // so that nobody makes a new one
        sleepUpTo(5_000);
        Files.delete(store);
        Files.move(away, store);
      }
    }
    return puller;
  }

  private void sleepUpTo(int millis) throws InterruptedException {
    Thread.sleep(random.nextInt(millis));
  }

  /** Waits for something new to be published, and until the directory is at least that. */
  private static void awaitNewest(Publications publications, DirectoryWatch watch) {
    int before = publications.count();
    await(() -> publications.count() > before);
    String newest = publications.newest();
    await(() -> watch.version().compareTo(newest) >= 0);
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(condition);
  }

  private ObjectNode figures(Publications publications, DirectoryWatch watch, Duration took) {
    ObjectNode figures = new ObjectMapper().createObjectNode();
    figures.put("kills", starts - 1);
    figures.put("broker_restarts", OUTAGES);
    figures.put("store_outages", OUTAGES);
    figures.put("published", publications.count());
    figures.put("versions_seen", watch.versions());
    figures.put("whole_reads_of_the_resolved_directory", watch.resolved());
    figures.put("whole_reads_through_the_link", watch.throughLink());
    figures.put("reads_overtaken_by_two_switches", watch.overtaken());
    figures.put("torn", watch.problems().size());
    ObjectNode seconds = figures.putObject("seconds_from_fault_to_newest");
    untilNewest.forEach(
        (fault, all) -> {
          List<Double> sorted = all.stream().sorted().toList();
          ObjectNode one = seconds.putObject(fault.name().toLowerCase(Locale.ROOT));
          one.put("median", rounded(sorted.get(sorted.size() / 2)));
          one.put("max", rounded(sorted.get(sorted.size() - 1)));
        });
    figures.put("seed", SEED);
    figures.put("seconds", took.toSeconds());
    return figures;
  }

  private static double rounded(double seconds) {
    return Math.round(seconds * 100) / 100.0;
  }

  private static void report(ObjectNode figures) throws IOException {
    String json =
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(figures);
    System.out.println(json);
    if (RESULTS != null) {
      Files.writeString(Path.of(RESULTS), json + "\n");
    }
  }
}
