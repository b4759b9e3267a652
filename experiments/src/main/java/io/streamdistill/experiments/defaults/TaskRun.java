package io.streamdistill.experiments.defaults;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.config.ConfigException;
import io.streamdistill.experiments.defaults.Product.Commands;
import io.streamdistill.experiments.defaults.Product.Service;
import io.streamdistill.experiments.lab.Backlog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.admin.Admin;

/** One task through the pipeline: scored once, then one student per seed. */
final class TaskRun {

  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(10);

  private final Product product;
  private final ForeignTask task;
  private final Map<String, String> place; // broker, topics, ports: nothing about learning
  private final Path work;
  private final Duration limit;

  /**
   * A run of a task.
   *
   * @param servers of the broker
   * @param more settings that are tried, beside the task's own
   * @param limit of a service's time
   */
  TaskRun(
      Product product,
      ForeignTask task,
      String servers,
      Map<String, String> more,
      Path work,
      Duration limit) {
    this.product = product;
    this.task = task;
    this.work = work;
    this.limit = limit;
    this.place = new HashMap<>(more);
    place.put("kafka.bootstrap.servers", servers);
    for (String topic : List.of("transfer-set", "soft-targets", "labels", "dead-letters")) {
      place.put("topics." + topic, task.name() + "-" + topic);
    }
    place.put("teacher.application-id", task.name() + "-teacher");
    place.put("teacher.http.port", "0");
    place.put("student.http.port", "0");
    place.put("student.threads", "1"); // the same bits whatever the number of cores
    place.put("student.checkpoint.work-dir", work.resolve("trainer").toString());
  }

  /** Has the teacher score the transfer set. */
  void score() throws IOException, InterruptedException {
    Commands commands = product.configured(task.yaml(), place);
    commands.createTopics();
    long sent = commands.produce(task.train(), task.labels());
    if (sent != task.trainRows()) {
      throw new ConfigException(
          "%s has %d rows, %s says %d; run experiments/reference/tasks.py again"
              .formatted(task.train().file(), sent, "tasks.json", task.trainRows()));
    }
    long deadline = System.nanoTime() + limit.toNanos();
    try (Admin admin = Admin.create(commands.kafka().admin());
        Service teacher = commands.teacher()) {
      Backlog backlog = new Backlog(admin);
      backlog.awaitEmpty(
          place.getOrDefault("teacher.application-id", ""),
          commands.topics().transferSet(),
          () -> {
            if (System.nanoTime() > deadline) {
              throw new IllegalStateException(
                  "scoring was not done after %d minutes".formatted(limit.toMinutes()));
            }
            return teacher.hasEnded();
          });
      if (backlog.size(commands.topics().deadLetters()) > 0) {
        throw new IOException("the teacher rejected examples of its own task; see the log");
      }
    }
  }

  /**
   * A student, trained and pulled.
   *
   * @param agreement with the teacher on the test rows
   * @param state that its manifest gives
   * @param recoveries how often it diverged and was brought back
   * @param finite whether all its logits are
   * @param seconds of training, from the start of the trainer to its end
   */
  record Student(double agreement, String state, int recoveries, boolean finite, double seconds) {}

  /** Trains a student to the end of its passes. */
  Student train(long seed) throws IOException, InterruptedException, OrtException {
    String name = task.name() + "-" + seed;
    Map<String, String> settings = new HashMap<>(place);
    settings.put("student.name", name);
    settings.put("student.seed", Long.toString(seed));
    Commands commands = product.configured(task.yaml(), settings);
    long start = System.nanoTime();
    try (Service trainer = commands.trainer()) {
      while (!trainer.hasEnded()) {
        if (System.nanoTime() - start > limit.toNanos()) {
          throw new IOException(
              "the trainer was not done after %d minutes".formatted(limit.toMinutes()));
        }
        Thread.sleep(POLL.toMillis());
      }
      trainer.awaitEnd();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Path pulled = work.resolve("pulled").resolve(name);
    Folders.delete(pulled); // of an earlier version of the product, perhaps, which is not read
    Folders.delete(pulled.resolveSibling(name + ".versions"));
    pull(commands, pulled);
    int[] classes;
    try (PulledModel model = new PulledModel(pulled.resolve("model.onnx"))) {
      classes = model.classes(testRows(commands));
    }
    int[] teacher = teacherClasses();
    if (teacher.length != classes.length) {
      throw new ConfigException(
          "%s has %d rows, the test set %d; run experiments/reference/tasks.py again"
              .formatted(task.testTeacher(), teacher.length, classes.length));
    }
    int equal = 0;
    boolean finite = true;
    for (int i = 0; i < classes.length; i++) {
      equal += classes[i] == teacher[i] ? 1 : 0;
      finite &= classes[i] >= 0;
    }
    JsonNode learning =
        new ObjectMapper()
            .readTree(Files.readAllBytes(pulled.resolve("manifest.json")))
            .path("learning");
    return new Student(
        (double) equal / classes.length,
        learning.path("state").asText("unknown"),
        learning.path("recoveries").size(),
        finite,
        seconds);
  }

  /** A transaction is visible a moment after its writer heard that it is committed. */
  private static void pull(Commands commands, Path into) throws InterruptedException {
    long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
    while (true) {
      try {
        commands.pull(into);
        return;
      } catch (CheckpointException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Thread.sleep(POLL.toMillis());
      }
    }
  }

  private List<ByteBuffer> testRows(Commands commands) throws IOException {
    return commands.features(task.test());
  }

  private int[] teacherClasses() throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(task.testTeacher())), US_ASCII))) {
      return lines.lines().skip(1).mapToInt(Integer::parseInt).toArray();
    }
  }
}
