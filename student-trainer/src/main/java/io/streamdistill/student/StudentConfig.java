package io.streamdistill.student;

import static io.streamdistill.config.Require.require;

import io.streamdistill.config.ConfigLoader;
import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.observe.HttpConfig;
import io.streamdistill.student.calibrate.BiasCorrectionConfig;
import io.streamdistill.student.gate.GateConfig;
import io.streamdistill.student.learning.LearningConfig;
import io.streamdistill.student.publish.CheckpointConfig;
import io.streamdistill.student.publish.InitFrom;
import io.streamdistill.student.scale.InputConfig;
import io.streamdistill.student.scale.ObjectiveSettings;
import io.streamdistill.student.schedule.BatchSize;
import io.streamdistill.student.schedule.LearningRateSettings;
import io.streamdistill.student.schedule.OptimizerSettings;
import io.streamdistill.student.source.PassConfig;
import io.streamdistill.student.source.Selection;
import io.streamdistill.student.source.TeacherChoice;
import java.nio.file.Path;
import java.util.List;

/**
 * The {@code student:} block of the configuration.
 *
 * @param name names the student: its checkpoints, its consumer group, its writer's fence
 * @param initFrom checkpoint whose weights a new student starts from: {@code STUDENT@ALIAS}, {@code
 *     STUDENT@VERSION} or a directory; empty for random ones; default empty. Not used when the
 *     student has a checkpoint of its own
 * @param engine trains it: auto, or the name of a student engine on the class path; default auto
 * @param network what the student is
 * @param features how the student sees its features
 * @param optimizer how a gradient becomes an update
 * @param learningRate learning rate by step
 * @param objective what is minimised
 * @param select which examples are trained on
 * @param maxWeight largest weight of an example, > 0; records above it are dead letters; default
 *     1000
 * @param teacherVersions whose examples are trained on: all, newest (those of the teacher that was
 *     met last on the log), or versions; default all
 * @param batchSize examples per training step, at least 1; 0: what suits the network, by {@link
 *     BatchSize#of}; default 0
 * @param seed of the initial weights, and of the order in which records are gone over again;
 *     default 42
 * @param threads BLAS threads; 0 is one per core. Weights are repeatable bit for bit at a fixed
 *     number; default 0
 * @param learning when learning counts as stalled or diverged, and what is done about it
 * @param log how often and how far the soft-target log is read
 * @param checkpoint when and where checkpoints are published
 * @param biasCorrection whether the biases of published models are corrected; default not
 * @param gate the hold-out, and what a checkpoint must reach on it to become champion
 * @param onLostRecords what to do when the log no longer holds what is to be read; default stop
 * @param limits how much the trainer puts up with
 * @param http address of metrics and health
 */
public record StudentConfig(
    String name,
    String initFrom,
    String engine,
    Network network,
    InputConfig features,
    OptimizerSettings optimizer,
    LearningRateSettings learningRate,
    ObjectiveSettings objective,
    Selection select,
    double maxWeight,
    List<String> teacherVersions,
    int batchSize,
    long seed,
    int threads,
    LearningConfig learning,
    PassConfig log,
    CheckpointConfig checkpoint,
    BiasCorrectionConfig biasCorrection,
    GateConfig gate,
    OnLostRecords onLostRecords,
    LimitsConfig limits,
    HttpConfig http) {

  /**
   * Name of the resource with the default of every key below {@code student}, and what it means.
   */
  public static final String DEFAULTS = "/io/streamdistill/student/defaults.yaml";

  /** Configuration with nothing but this section. */
  record Alone(StudentConfig student) {}

  /**
   * The defaults, but for some settings as a user writes them after {@code --set student.}, such as
   * {@code "batch-size=16"}.
   *
   * @throws io.streamdistill.config.ConfigException with everything that is wrong with them
   */
  public static StudentConfig of(String... settings) {
    ConfigLoader loader = ConfigLoader.of(Alone.class, DEFAULTS);
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      loader.set("student." + setting.substring(0, equals), setting.substring(equals + 1), "of");
    }
    return loader.load(Alone.class).student();
  }

  private static final int MAX_BATCH = 65_536;
  private static final int MAX_THREADS = 4_096;

  /** Validates. */
  public StudentConfig {
    require(
        name.matches("[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,99}"),
        "student.name '%s' is not a name; use up to 100 letters, digits, '.', '_', '-'",
        name);
    if (!initFrom.isEmpty()) {
      InitFrom.parse(initFrom);
    }
    require(
        !checkpoint.int8() || gate.holdOutShare() > 0,
        "student.checkpoint.int8 needs a hold-out to find out what it costs; set student.gate.hold-out-share > 0, such as 0.02");
    require(
        maxWeight > 0 && maxWeight <= Float.MAX_VALUE,
        "student.max-weight must be > 0 and finite, got %s; 1000 is the default",
        maxWeight);
    teacherVersions = new TeacherChoice(teacherVersions).versions();
    require(
        batchSize >= 0 && batchSize <= MAX_BATCH,
        "student.batch-size must be in [1, %s], or 0 for what suits the network, got %s",
        MAX_BATCH,
        batchSize);
    require(
        threads >= 0 && threads <= MAX_THREADS,
        "student.threads must be in [0, %s] (0: one per core), got %s",
        MAX_THREADS,
        threads);
  }

  /**
   * The same with a number in the place of an automatic learning rate.
   *
   * @param width inputs of the network's output layer
   */
  StudentConfig forWidth(long width) {
    return new StudentConfig(
        name,
        initFrom,
        engine,
        network,
        features,
        optimizer,
        learningRate.forWidth(optimizer.type(), width),
        objective,
        select,
        maxWeight,
        teacherVersions,
        batchSize,
        seed,
        threads,
        learning,
        log,
        checkpoint,
        biasCorrection,
        gate,
        onLostRecords,
        limits,
        http);
  }

  /** BLAS threads, at least 1. */
  int threadCount() {
    return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
  }

  /** Whose examples are trained on. */
  public TeacherChoice teachers() {
    return new TeacherChoice(teacherVersions);
  }

  /** Consumer group under which the student's progress is committed, for lag metrics only. */
  public String groupId() {
    return "streamdistill-student-" + name;
  }

  /** Transactional id of the student's one writer. */
  public String transactionalId() {
    return "streamdistill-student-" + name;
  }

  /**
   * What the student is: a dense ReLU net, or any DL4J network.
   *
   * @param hidden units of each hidden layer, each at least 1; default [800, 800]
   * @param dl4j file with a DL4J {@code MultiLayerConfiguration} as JSON, its last layer an output
   *     layer of identity activation with one output per class; empty for the dense net
   */
  public record Network(List<Integer> hidden, String dl4j) {

    private static final int MAX_UNITS = 65_536;

    /** Validates. */
    public Network {
      hidden = List.copyOf(hidden);
      require(
          hidden.stream().allMatch(units -> units >= 1 && units <= MAX_UNITS),
          "student.network.hidden must hold numbers in [1, %s], got %s",
          MAX_UNITS,
          hidden);
    }

    /** File of the DL4J configuration. */
    public Path dl4jFile() {
      return Path.of(dl4j);
    }
  }
}
