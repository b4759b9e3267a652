package io.streamdistill.student;

import static io.streamdistill.config.Require.require;

import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.config.AutoNumber;
import io.streamdistill.config.ConfigLoader;
import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.engine.objective.ObjectiveConfig;
import io.streamdistill.engine.objective.Term;
import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.observe.HttpConfig;
import io.streamdistill.student.calibrate.BiasCorrectionConfig;
import io.streamdistill.student.gate.GateConfig;
import io.streamdistill.student.learning.LearningConfig;
import io.streamdistill.student.publish.CheckpointConfig;
import io.streamdistill.student.publish.InitFrom;
import io.streamdistill.student.scale.InputConfig;
import io.streamdistill.student.schedule.BatchSize;
import io.streamdistill.student.schedule.LearningRateSchedule;
import io.streamdistill.student.schedule.LearningRateSchedule.Decay;
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
    Optimizer optimizer,
    LearningRate learningRate,
    Objective objective,
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

  /**
   * What is minimised, {@code (1-a) [T^2 CE(teacher, student at T) + b CE(teacher, student)] + a
   * CE(label, student)}.
   *
   * @param temperature T of the soft term, > 0, or auto: the spread of the teacher's logits;
   *     default auto
   * @param hardWeight share a of the hard term, in [0, 1]; default 0.1
   * @param sharpWeight b, weight of the soft term at T = 1, >= 0; default 1
   * @param logitScale unit that the output layer is trained in, > 0, or auto: the spread of the
   *     teacher's logits, less in wide nets; default auto
   * @param clip largest gradient of a record with respect to its logits, in units of T, > 0;
   *     default 10
   */
  public record Objective(
      AutoNumber temperature,
      double hardWeight,
      double sharpWeight,
      AutoNumber logitScale,
      double clip) {

    /** Validates. */
    public Objective {
      new DistillationConfig(
          temperature.orElse(1), hardWeight, logitScale.orElse(1), 1, sharpWeight, clip);
    }

    /** Terms of its loss. */
    public List<Term> terms() {
      return DistillationConfig.TERMS;
    }

    /** With what was measured in the place of auto. */
    public ObjectiveConfig config(StudentScales scales) {
      return new DistillationConfig(
          temperature.orElse(scales.temperature()),
          hardWeight,
          scales.logitScale(),
          hardTemperature(scales.spread()),
          sharpWeight,
          clip);
    }

    /** h: 1, or the spread of the teacher's logits where that is less. */
    double hardTemperature(double spread) {
      return logitScale.isAuto() && spread > 0 && spread < 1 ? spread : 1;
    }
  }

  /** Kinds of optimizer. */
  public enum OptimizerType {
    /** Plain stochastic gradient descent. */
    SGD,
    /** Nesterov momentum. */
    NESTEROV,
    /** Adam. */
    ADAM
  }

  /**
   * The optimizer; keys that its type does not have are not used.
   *
   * @param type default adam
   * @param momentum of nesterov, in [0, 1); default 0.9
   * @param beta1 of adam, in [0, 1); default 0.9
   * @param beta2 of adam, in [0, 1); default 0.999
   * @param epsilon of adam, > 0; default 1e-8
   * @param weightDecay decoupled: each step takes learning rate x this off every weight (not off
   *     biases), >= 0; default 0
   */
  public record Optimizer(
      OptimizerType type,
      double momentum,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay) {

    /** Validates. */
    public Optimizer {
      new OptimizerConfig.Nesterov(momentum, weightDecay);
      new OptimizerConfig.Adam(beta1, beta2, epsilon, weightDecay);
    }

    /** The optimizer that {@code type} names. */
    public OptimizerConfig config() {
      return switch (type) {
        case SGD -> new OptimizerConfig.Sgd(weightDecay);
        case NESTEROV -> new OptimizerConfig.Nesterov(momentum, weightDecay);
        case ADAM -> new OptimizerConfig.Adam(beta1, beta2, epsilon, weightDecay);
      };
    }
  }

  /** Shapes of learning-rate decay. */
  public enum DecayType {
    /** Along a line to zero over the last examples of the last pass; none while no end is known. */
    AUTO,
    /** None. */
    CONSTANT,
    /** By a factor every so many steps, all at once. */
    STEP,
    /** By a factor every so many steps, a little at each. */
    EXPONENTIAL,
    /** To zero along half a cosine. */
    COSINE,
    /** To zero along a line. */
    LINEAR
  }

  /**
   * The learning rate.
   *
   * @param base rate after the warm-up, > 0, or auto: what suits the optimizer; default auto
   * @param warmupSteps steps of linear rise; default 100
   * @param decay default auto
   * @param decaySteps of step and exponential: steps per factor; of cosine and linear: steps to
   *     zero; at least 1; default 1000
   * @param decayFactor of step and exponential, in (0, 1]; default 0.5
   */
  public record LearningRate(
      AutoNumber base, long warmupSteps, DecayType decay, long decaySteps, double decayFactor) {

    private static final double NARROW = 0.006;
    private static final double NARROW_WIDTH = 128;
    private static final double WIDE = 0.003;

    /** Validates. */
    public LearningRate {
      schedule(base.orElse(1), warmupSteps, decay, decaySteps, decayFactor, BatchSize.of(1, 1));
    }

    /**
     * The same with a rate in the place of auto: 0.1 for Nesterov, 0.3 for SGD. Adam moves every
     * weight alike, and what a layer gives moves with their number: {@value #NARROW} up to {@value
     * #NARROW_WIDTH} units, less with the square root of the width, {@value #WIDE} at the least.
     *
     * @param width inputs of the output layer
     */
    LearningRate forWidth(OptimizerType optimizer, long width) {
      double found =
          switch (optimizer) {
            case ADAM -> Math.max(WIDE, NARROW * Math.min(1, Math.sqrt(NARROW_WIDTH / width)));
            case NESTEROV -> 0.1;
            case SGD -> 0.3;
          };
      return new LearningRate(
          AutoNumber.of(base.orElse(found)), warmupSteps, decay, decaySteps, decayFactor);
    }

    /**
     * The learning rate as a function of the step; {@code base} must be a number.
     *
     * @param batchSize examples of a step
     */
    public LearningRateSchedule schedule(BatchSize batchSize) {
      return schedule(
          base.orElse(Double.NaN), warmupSteps, decay, decaySteps, decayFactor, batchSize);
    }

    private static LearningRateSchedule schedule(
        double base,
        long warmupSteps,
        DecayType decay,
        long decaySteps,
        double decayFactor,
        BatchSize batchSize) {
      Decay shape =
          switch (decay) {
            case AUTO -> LearningRateSchedule.Anytime.ofBatches(batchSize);
            case CONSTANT -> new LearningRateSchedule.Constant();
            case STEP -> new LearningRateSchedule.StepDecay(decayFactor, decaySteps);
            case EXPONENTIAL -> new LearningRateSchedule.Exponential(decayFactor, decaySteps);
            case COSINE -> new LearningRateSchedule.Cosine(decaySteps);
            case LINEAR -> new LearningRateSchedule.Linear(decaySteps);
          };
      return new LearningRateSchedule(base, warmupSteps, shape);
    }
  }
}
