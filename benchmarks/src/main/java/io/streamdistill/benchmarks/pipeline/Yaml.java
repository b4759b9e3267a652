package io.streamdistill.benchmarks.pipeline;

import io.streamdistill.benchmarks.section.Run;

/** The configuration of services, but for what a section sets itself. */
final class Yaml {

  static final int TEACHER_BATCH = 256;
  static final int STUDENT_BATCH = 512;

  private Yaml() {}

  /** MNIST: the teacher that comes with the product, the student of the paper. */
  static String mnist(Run run) {
    return """
        features:
          type: u8
          shape: [784]
        classes:
          count: 10
        teacher:
          members:
            - model: '%s'
          batch-size: %d
          engine-threads: %d
        student:
          network:
            hidden: [800, 800]
          optimizer:
            type: nesterov
          learning-rate:
            base: 0.001
          objective:
            temperature: 4
          batch-size: %d
          threads: %d
          log:
            visits: 1
          checkpoint:
            every: 1h
          gate:
            hold-out-share: 0
        """
        .formatted(
            Mnist.teacher(run.home()).toString().replace("'", "''"),
            TEACHER_BATCH,
            run.threads(),
            STUDENT_BATCH,
            run.threads());
  }
}
