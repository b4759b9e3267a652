package io.streamdistill.cli.config;

import io.streamdistill.checkpoints.store.S3Settings;
import io.streamdistill.config.ConfigLoader;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.format.InputFormat;
import io.streamdistill.student.StudentConfig;
import io.streamdistill.teacher.TeacherConfig;
import java.util.Map;

/**
 * Everything that can be configured. A command asks for the part that it needs, as a record with
 * some of these components.
 *
 * @param kafka passed verbatim to every Kafka client
 * @param topics names and sizes of topics
 * @param s3 where stores in S3 are
 * @param input how the records of the transfer set are written
 * @param features what a feature vector is
 * @param classes what the classes are
 * @param teacher the teacher-service
 * @param student the student-trainer
 */
public record DistillConfig(
    KafkaSettings kafka,
    TopicsConfig topics,
    S3Settings s3,
    InputFormat input,
    FeaturesConfig features,
    ClassesConfig classes,
    TeacherConfig teacher,
    StudentConfig student) {

  private static final String[] DEFAULTS = {
    "/io/streamdistill/cli/defaults.yaml", TeacherConfig.DEFAULTS, StudentConfig.DEFAULTS
  };

  /** A loader of everything, or a part of it, with the defaults. */
  public static ConfigLoader loader() {
    return ConfigLoader.of(DistillConfig.class, DEFAULTS);
  }

  /** The default of every key, and what it means, as YAML. */
  static String defaults() {
    return ConfigLoader.defaults(DistillConfig.class, DEFAULTS);
  }

  /** Keys of earlier versions, and why nobody needs them any more. */
  static final Map<String, String> OBSOLETE =
      Map.of("student.log.partition-idle", "no partition is waited for while others have records");
}
