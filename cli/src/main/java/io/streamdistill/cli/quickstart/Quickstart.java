package io.streamdistill.cli.quickstart;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.cli.evaluate.Evaluator;
import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.cli.produce.ProduceOptions;
import io.streamdistill.cli.produce.Produced;
import io.streamdistill.cli.produce.TransferSetProducer;
import io.streamdistill.cli.source.IdxSource;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;

/**
 * The main job as a user would do it by hand, with the same commands: a broker, the teacher, the
 * trainer, a transfer set, a pulled checkpoint.
 */
final class Quickstart implements AutoCloseable {

  private static final FeatureContract PIXELS = FeatureContract.u8(784);
  private static final ClassMap DIGITS = ClassMap.ofCount(10);
  private static final TopicsConfig TOPICS = TopicsConfig.defaults();
  private static final long MAX_RECORD_BYTES = 1 << 20;

  private static final String HOST = "127.0.0.1";
  private static final int TEACHER_PORT = 8081;
  private static final int TRAINER_PORT = 8082;
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Pattern BROKER_RUNS = Pattern.compile("broker runs: kafka (\\S+),");
  private static final Pattern SERVICE_RUNS = Pattern.compile("^(teacher|trainer) .*runs: ");

  private static final long EXAMPLES = 60_000;
  private static final double LABEL_FRACTION = 0.1;
  private static final long SEED = 1;

  private final QuickstartFiles files;
  private final Status status;
  private final int passes;
  private final boolean keep;
  private final Ports ports = new Ports(Path.of(System.getProperty("java.io.tmpdir")));
  private final Services running;

  Quickstart(QuickstartFiles files, Status status, int passes, boolean keep) {
    this.files = files;
    this.status = status;
    this.passes = passes;
    this.keep = keep;
    this.running = new Services(files, keep);
  }

  QuickstartResult run() throws IOException, InterruptedException {
    String servers = startBroker();
    KafkaSettings kafka = KafkaSettings.of(servers);
    Topics.create(kafka, TopicSpec.all(TOPICS, MAX_RECORD_BYTES));
    QuickstartConfig config =
        new QuickstartConfig(
            servers,
            files,
            ports.choose(TEACHER_PORT),
            ports.choose(TRAINER_PORT),
            EXAMPLES,
            passes,
            keep);
    Files.writeString(files.config(), config.yaml());
    startServices(config);

    Evaluator evaluator = Evaluator.open(files.testImages(), files.testLabels(), PIXELS);
    AtomicLong sent = new AtomicLong();
    CompletableFuture<Produced> production =
        CompletableFuture.supplyAsync(() -> produce(kafka, sent::set));
    awaitStudent(kafka, config, evaluator, production, sent);
    Produced produced = await(production);

    new Baseline(files, status, running).train(kafka, TOPICS, produced.labelled());
    SoftTargetCount scored = SoftTargetCount.of(kafka, TOPICS.softTargets());
    if (scored.records() != scored.ids()) {
      throw new QuickstartException(
          "the soft-target topic holds %d records of %d examples: some were scored twice; please report this with the logs in %s"
              .formatted(scored.records(), scored.ids(), files.logs()));
    }
    status.say("pulling the last checkpoints, and evaluating the pulled files on the test images");
    CheckpointPuller puller = new CheckpointPuller(Cluster.of(kafka, TOPICS));
    Manifest student =
        puller.pull(QuickstartConfig.STUDENT, files.pulled(QuickstartConfig.STUDENT));
    puller.pull(QuickstartConfig.BASELINE, files.pulled(QuickstartConfig.BASELINE));
    return new QuickstartResult(
        evaluator.evaluate(files.teacherModel()),
        evaluator.evaluate(model(QuickstartConfig.STUDENT)),
        evaluator.evaluate(model(QuickstartConfig.BASELINE)),
        produced.examples(),
        produced.labelled(),
        scored.ids(),
        student.examplesSeen(),
        status.seconds(),
        files.pulled(QuickstartConfig.STUDENT));
  }

  private String startBroker() throws InterruptedException {
    DistillProcess broker =
        running.start("broker", "broker", "--data-dir", files.broker().toString(), "--port", "0");
    String servers = broker.awaitLine(BROKER_RUNS, START_TIMEOUT).group(1);
    status.say("broker    pid %-7d kafka %s".formatted(broker.pid(), servers));
    return servers;
  }

  private void startServices(QuickstartConfig config) throws InterruptedException {
    DistillProcess teacher =
        running.start("teacher", "teacher", "--config", files.config().toString());
    DistillProcess trainer =
        running.start("trainer", "trainer", "--config", files.config().toString());
    teacher.awaitLine(SERVICE_RUNS, START_TIMEOUT);
    trainer.awaitLine(SERVICE_RUNS, START_TIMEOUT);
    say("teacher", teacher, config.teacherPort());
    say("trainer", trainer, config.trainerPort());
  }

  private void say(String name, DistillProcess process, int port) {
    status.say(
        "%-9s pid %-7d http://%s:%d/metrics  /readyz".formatted(name, process.pid(), HOST, port));
  }

  private Produced produce(KafkaSettings kafka, LongConsumer sent) {
    try {
      return new TransferSetProducer(kafka, TOPICS, PIXELS, Clock.systemUTC())
          .produce(
              () -> IdxSource.open(files.trainImages(), files.trainLabels(), PIXELS, DIGITS),
              ProduceOptions.defaults().withLabelFraction(LABEL_FRACTION, SEED),
              sent);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Shows progress until the last pass is announced. */
  private void awaitStudent(
      KafkaSettings kafka,
      QuickstartConfig config,
      Evaluator evaluator,
      CompletableFuture<Produced> production,
      AtomicLong sent)
      throws InterruptedException, IOException {
    MetricsPage teacher = new MetricsPage(HOST, config.teacherPort());
    MetricsPage trainer = new MetricsPage(HOST, config.trainerPort());
    CheckpointWatch watch = new CheckpointWatch(kafka, TOPICS, files, evaluator);
    Stages before = Stages.start(EXAMPLES, passes);
    double then = status.seconds();
    while (true) {
      running.requireRunning();
      if (production.isCompletedExceptionally()) {
        await(production);
      }
      Optional<Announcement> newest = watch.poll();
      String teacherPage = teacher.read();
      String trainerPage = trainer.read();
      Stages now =
          new Stages(
              EXAMPLES,
              sent.get(),
              (long) MetricsPage.sum(teacherPage, "distill_teacher_scored_total"),
              (long) MetricsPage.sum(teacherPage, "distill_teacher_rejected_total"),
              Math.max(
                  (long) MetricsPage.sum(trainerPage, "distill_student_examples_seen"),
                  newest.map(Announcement::examplesSeen).orElse(0L)),
              (int) MetricsPage.sum(trainerPage, "distill_student_pass"),
              passes,
              watch.testErrors());
      status.update(now.line(before, status.seconds() - then));
      before = now;
      then = status.seconds();
      if (newest.isPresent() && newest.get().training().pass() >= passes) {
        status.say(
            "student   done: %,d examples seen in %d passes"
                .formatted(newest.get().examplesSeen(), passes));
        return;
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private Path model(String student) {
    return files.pulled(student).resolve("model.onnx");
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Services that still run, in the order of their start. */
  List<DistillProcess> services() {
    return running.all();
  }

  /** Stops what was started, newest first. */
  @Override
  public void close() {
    running.close();
  }
}
