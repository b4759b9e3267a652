package io.streamdistill.benchmarks.pipeline;

import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.cli.process.Launch;
import io.streamdistill.cli.produce.ProduceOptions;
import io.streamdistill.cli.produce.ProduceOptions.OnError;
import io.streamdistill.cli.produce.Produced;
import io.streamdistill.cli.produce.TransferSetProducer;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.TopicsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A Kafka of its own for one section, and the services on it: processes, as users start them. All
 * is stopped, and deleted with the run's directory, when this is closed.
 */
final class BenchCluster implements AutoCloseable {

  static final TopicsConfig TOPICS = TopicsConfig.defaults();

  private static final long MAX_RECORD_BYTES = 1 << 20;
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Pattern BROKER_RUNS = Pattern.compile("broker runs: kafka (\\S+),");

  private final Run run;
  private final Path directory;
  private final KafkaSettings kafka;
  private final Service broker;
  private final Deque<Service> running = new ArrayDeque<>();

  private BenchCluster(Run run, Path directory, KafkaSettings kafka, Service broker) {
    this.run = run;
    this.directory = directory;
    this.kafka = kafka;
    this.broker = broker;
    running.push(broker);
  }

  /**
   * Starts a broker, and creates the topics.
   *
   * @param config what goes into the services' YAML file beside {@code kafka:}
   */
  static BenchCluster start(Run run, String name, String config)
      throws IOException, InterruptedException {
    Path directory = Files.createDirectories(run.temp().resolve(name));
    Service broker =
        Service.start(
            "broker",
            Launch.of(
                    directory.resolve("broker.log"),
                    "broker",
                    "--data-dir",
                    directory.resolve("broker").toString(),
                    "--port",
                    "0")
                .in(directory));
    run.cleanup().add(broker);
    String servers = broker.process().awaitLine(BROKER_RUNS, START_TIMEOUT).group(1);
    KafkaSettings kafka = KafkaSettings.of(servers);
    Topics.create(kafka, TopicSpec.all(TOPICS, MAX_RECORD_BYTES));
    Files.writeString(
        directory.resolve("distill.yaml"),
        "kafka:\n  bootstrap.servers: " + servers + "\n" + config);
    return new BenchCluster(run, directory, kafka, broker);
  }

  KafkaSettings kafka() {
    return kafka;
  }

  Path directory() {
    return directory;
  }

  Service broker() {
    return broker;
  }

  LogSizes sizes() {
    return new LogSizes(kafka);
  }

  /** Starts a teacher-service, and waits until it runs. */
  Service teacher(String name, Map<String, String> settings) throws InterruptedException {
    return start(name, "teacher", settings, "teacher.http.port=0").awaitRunning();
  }

  /** Starts a student-trainer, and waits until it runs. */
  Service trainer(String student, Map<String, String> settings) throws InterruptedException {
    return start(
            student,
            "trainer",
            settings,
            "student.name=" + student,
            "student.checkpoint.work-dir=" + directory.resolve(student),
            "student.http.port=0")
        .awaitRunning();
  }

  private Service start(String name, String command, Map<String, String> settings, String... more) {
    List<String> arguments = new ArrayList<>();
    for (String setting : more) {
      arguments.add("--set");
      arguments.add(setting);
    }
    settings.forEach(
        (key, value) -> {
          arguments.add("--set");
          arguments.add(key + "=" + value);
        });
    return start(name, command, arguments);
  }

  /** Starts any command with the cluster's configuration. */
  Service start(String name, String command, List<String> arguments) {
    List<String> all = new ArrayList<>(List.of(command, "--config", "distill.yaml"));
    all.addAll(arguments);
    Service service =
        Service.start(
            name,
            Launch.of(directory.resolve(name + ".log"), all.toArray(String[]::new)).in(directory));
    run.cleanup().add(service);
    running.push(service);
    return service;
  }

  /** Stops a service before the others. */
  void stop(Service service) {
    running.remove(service);
    run.cleanup().release(service);
  }

  /** Waits until a service has counted to {@code atLeast}. */
  void awaitCount(Service service, String counter, double atLeast, Duration patience)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    double count;
    while ((count = service.metrics().sum(counter)) < atLeast) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "%s of %s is %.0f after %s, not %.0f"
                .formatted(counter, service, count, patience, atLeast));
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  /**
   * Sends images at a rate, on the calling thread, each at once: a producer's linger is its own.
   */
  Produced produceAt(Mnist mnist, long records, double rate) throws IOException {
    Map<String, String> atOnce = new TreeMap<>(kafka.properties());
    atOnce.put("producer.linger.ms", "0");
    return produce(new KafkaSettings(atOnce), mnist, records, rate);
  }

  private static Produced produce(KafkaSettings kafka, Mnist mnist, long records, double rate)
      throws IOException {
    return new TransferSetProducer(kafka, TOPICS, Mnist.PIXELS, Clock.systemUTC())
        .produce(
            mnist,
            new ProduceOptions(records, 1, rate, 1, 1, false, "", OnError.FAIL, false),
            acknowledged -> {});
  }

  /** As fast as they are taken. */
  Produced produce(Mnist mnist, long records) throws IOException {
    return produce(kafka, mnist, records, Double.POSITIVE_INFINITY);
  }

  @Override
  public void close() {
    while (!running.isEmpty()) {
      run.cleanup().release(running.pop());
    }
  }
}
