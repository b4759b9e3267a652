package io.streamdistill.experiments.lab;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicSpec;
import io.streamdistill.kafka.Topics;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Task;
import io.streamdistill.student.StudentConfig;
import io.streamdistill.student.TrainerService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * A broker, and on it the teacher-service and student-trainers that are asked for, as users run
 * them. What is done survives a restart: logs in the broker's directory, students in their
 * checkpoints.
 */
public final class Lab implements AutoCloseable {

  static final int PARTITIONS = 4;
  private static final String CHECKPOINT_INTERVAL = "1m";

  private final Path directory;
  private final FeatureContract features;
  private final ClassMap classes;
  private final EmbeddedBroker broker;
  private final KafkaSettings kafka;
  private final Admin admin;

  private Lab(Path directory, FeatureContract features, ClassMap classes, EmbeddedBroker broker) {
    this.directory = directory;
    this.features = features;
    this.classes = classes;
    this.broker = broker;
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
    this.admin = Admin.create(kafka.admin());
  }

  /** Starts the broker, on what an earlier lab in {@code directory} has left. */
  public static Lab open(Path directory, FeatureContract features, ClassMap classes)
      throws IOException {
    Files.createDirectories(directory);
    return new Lab(
        directory,
        features,
        classes,
        EmbeddedBroker.start(BrokerConfig.in(directory.resolve("broker"))));
  }

  /**
   * Produces a transfer set and has it scored, or returns what an earlier run has scored under that
   * name.
   *
   * @param temperature T at which the teacher publishes
   */
  public ScoredSet score(
      String name, TransferSet examples, TeacherRecipe teacher, double temperature)
      throws IOException, InterruptedException {
    Path marker = directory.resolve(name + ".scored"); // holds the prefix of the topics
    if (Files.exists(marker)) {
      return new ScoredSet(topics(Files.readString(marker)), examples.count());
    }
    String prefix = unusedPrefix(name);
    TopicsConfig topics = topics(prefix);
    Topics.create(kafka, TopicSpec.all(topics, ScoringRun.MAX_RECORD_BYTES));
    new ScoringRun(kafka, admin, features, classes)
        .run(prefix + "-teacher", topics, examples, teacher, temperature);
    Files.writeString(marker, prefix);
    return new ScoredSet(topics, examples.count());
  }

  /** Checkpoints of all students are announced on one topic. */
  private static TopicsConfig topics(String prefix) {
    return TopicsConfig.named(
        name -> name.startsWith("checkpoint") ? name : prefix + "-" + name, PARTITIONS, (short) 1);
  }

  /** A run that was killed while it scored leaves topics that nobody trusts. */
  private String unusedPrefix(String name) throws InterruptedException {
    var existing = Backlog.get(admin.listTopics().names());
    return IntStream.iterate(1, attempt -> attempt + 1)
        .mapToObj(attempt -> name + "-" + attempt)
        .filter(prefix -> !existing.contains(topics(prefix).transferSet()))
        .findFirst()
        .orElseThrow();
  }

  /**
   * A student at some moment of its training.
   *
   * @param examplesSeen every pass counted
   * @param folder of the checkpoint
   */
  public record Stage(long examplesSeen, Path folder) {

    /** Where the student comes from; the checkpoint is verified. */
    public Manifest manifest() {
      return CheckpointVerifier.verify(folder);
    }

    /** The student as users get it. */
    public Path model() {
      return folder.resolve("model.onnx");
    }
  }

  /**
   * Trains a student to the end of its passes, from where an earlier run has left it.
   *
   * @param name of the student, of its own for every log, recipe and seed
   * @param stages how many checkpoints to keep, evenly spread over the training; the last one is
   *     the end
   * @param probe log whose newest examples the biases of checkpoints are corrected on, so that
   *     their mean prediction is the teacher's; null for no correction
   */
  public List<Stage> train(
      ScoredSet log,
      String name,
      StudentRecipe recipe,
      long seed,
      int stages,
      @Nullable ScoredSet probe)
      throws InterruptedException {
    long every = recipe.passes() * log.count() / stages;
    List<String> settings = new ArrayList<>(recipe.settings(name, seed, log.count()));
    settings.add("checkpoint.every=" + (stages == 1 ? CHECKPOINT_INTERVAL : "24h"));
    settings.add("checkpoint.every-examples=" + (stages == 1 ? 0 : every));
    settings.add("checkpoint.store=file:" + directory.resolve("checkpoints"));
    settings.add("checkpoint.keep=" + (stages + 1));
    settings.add("checkpoint.keep-for=0s");
    settings.add("checkpoint.work-dir=" + directory.resolve("work").resolve(name));
    settings.add("checkpoint.serve=false");
    if (probe != null) {
      settings.add("bias-correction.target=teacher");
      settings.add("bias-correction.probe-topic=" + probe.topics().softTargets());
    }
    try (TrainerService trainer =
        TrainerService.start(
            StudentConfig.of(settings.toArray(String[]::new)),
            Cluster.of(kafka, log.topics()),
            new Task(features, classes))) {
      trainer.awaitEnd();
    }
    List<Stage> all =
        CheckpointLog.readAll(kafka, log.topics().checkpoints()).announcements(name).stream()
            .map(
                announced ->
                    new Stage(
                        announced.examplesSeen(),
                        directory
                            .resolve("checkpoints")
                            .resolve(name)
                            .resolve(announced.version())))
            .toList();
    return stages == 1 ? all.subList(all.size() - 1, all.size()) : all;
  }

  /** What the students see. */
  public FeatureContract features() {
    return features;
  }

  /** What they tell apart. */
  public ClassMap classes() {
    return classes;
  }

  @Override
  public void close() {
    admin.close();
    broker.close();
  }
}
