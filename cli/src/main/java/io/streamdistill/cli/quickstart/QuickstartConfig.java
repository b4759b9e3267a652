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
        classes:
          count: 10
        teacher:
          members:
            - model: %s
          http:
            port: %d
        student:
          name: %s
          network:
            hidden: [800, 800]
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
            passes,
            examples,
            stay ? "stay" : "exit",
            quoted(files.run().resolve("trainer")),
            trainerPort);
  }

  /** What makes the same student the baseline: only the examples with a label, only the label. */
  static List<String> baselineSettings() {
    return List.of(
        "student.name=" + BASELINE,
        "student.select=labelled",
        "student.objective.hard-weight=1",
        "student.log.passes=" + BASELINE_PASSES,
        "student.log.when-done=exit",
        "student.http.port=0");
  }

  /** As a single-quoted YAML scalar. */
  private static String quoted(Path path) {
    return "'" + path.toString().replace("'", "''") + "'";
  }
}
