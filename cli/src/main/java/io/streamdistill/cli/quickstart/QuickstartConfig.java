package io.streamdistill.cli.quickstart;

import java.nio.file.Path;
import java.util.List;

/**
 * The configuration that a quickstart writes for its services: an ordinary {@code distill.yaml}, to
 * be read, changed and used again.
 *
 * @param bootstrapServers of the embedded broker
 * @param files of the run
 * @param teacherPort of the teacher-service's metrics and health
 * @param trainerPort of the student-trainer's metrics and health
 * @param examples records of the transfer set, and so of a pass
 * @param passes passes of the distilled student
 * @param stay whether the trainer stays up when it is done
 */
record QuickstartConfig(
    String bootstrapServers,
    QuickstartFiles files,
    int teacherPort,
    int trainerPort,
    long examples,
    int passes,
    boolean stay) {

  static final String STUDENT = "mnist-student";
  static final String BASELINE = "mnist-hard-labels-only";

  private static final int BATCH = 128;

  /** What a warm-up over a sixth of {@link #PASSES_OF_RATE} passes leads to without harm. */
  private static final double RATE = 0.1;

  private static final int PASSES_OF_RATE = 20;

  /** What the student bears after next to no warm-up. */
  private static final double LOW_RATE = 0.02;

  /** Of all steps, one in so many warms up. */
  private static final int WARMUP_SHARE = 6;

  /** Passes of the baseline: its 6,000 labelled examples are soon read. */
  static final int BASELINE_PASSES = 30;

  String yaml() {
    return """
        # Written by distill quickstart. Use it again: distill teacher --config THIS, ...
        kafka:
          bootstrap.servers: %s
        topics:
          partitions: 4
        features:
          type: u8
          shape: [784]
          scale: 0.003921569  # 1/255: pixels in [0, 1]
        classes:
          count: 10
        teacher:
          members:
            - model: %s
          temperature: 20
          http:
            port: %d
        student:
          name: %s
          network:
            hidden: [800, 800]
          optimizer:
            type: nesterov
            momentum: 0.9
          learning-rate:
            base: %s
            warmup-steps: %d
            decay: cosine
            decay-steps: %d
          objective:
            temperature: 8  # need not be the teacher's: dense targets hold the logits
            hard-weight: 0.1
          batch-size: %d
          log:
            passes: %d
            pass-examples: %d
            when-done: %s
          gate:
            hold-out-share: 0  # it trains on every image, as the figures in the README do
          checkpoint:
            every: 15s
            store: 'kafka:'
            work-dir: %s
          http:
            port: %d
        """
        .formatted(
            bootstrapServers,
            quoted(files.teacherModel()),
            teacherPort,
            STUDENT,
            learningRate(passes),
            warmupSteps(examples, passes),
            decaySteps(examples, passes),
            BATCH,
            passes,
            examples,
            stay ? "stay" : "exit",
            quoted(files.run().resolve("trainer")),
            trainerPort);
  }

  /** What makes the same student the baseline: only the examples with a label, only the label. */
  static List<String> baselineSettings(long labelled) {
    return List.of(
        "student.name=" + BASELINE,
        "student.select=labelled",
        "student.objective.hard-weight=1",
        "student.log.passes=" + BASELINE_PASSES,
        "student.log.when-done=exit",
        "student.learning-rate.base=" + RATE,
        "student.learning-rate.warmup-steps=" + warmupSteps(labelled, BASELINE_PASSES),
        "student.learning-rate.decay-steps=" + decaySteps(labelled, BASELINE_PASSES),
        "student.http.port=0");
  }

  /** As a single-quoted YAML scalar. */
  private static String quoted(Path path) {
    return "'" + path.toString().replace("'", "''") + "'";
  }

  /** Fewer passes have a shorter warm-up, after which the full rate would diverge. */
  private static double learningRate(int passes) {
    return Math.max(LOW_RATE, RATE * Math.min(passes, PASSES_OF_RATE) / PASSES_OF_RATE);
  }

  private static long warmupSteps(long examplesPerPass, int passes) {
    return steps(examplesPerPass, passes) / WARMUP_SHARE;
  }

  /** Steps after the warm-up, over which the learning rate falls to zero. */
  private static long decaySteps(long examplesPerPass, int passes) {
    return Math.max(1, steps(examplesPerPass, passes) - warmupSteps(examplesPerPass, passes));
  }

  private static long steps(long examplesPerPass, int passes) {
    return passes * ((examplesPerPass + BATCH - 1) / BATCH);
  }
}
