package io.streamdistill.benchmarks.pipeline;

import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.store.S3Settings;
import io.streamdistill.cli.config.ClassesConfig;
import io.streamdistill.cli.config.DistillConfig;
import io.streamdistill.cli.config.FeaturesConfig;
import io.streamdistill.config.ConfigLoader;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Task;
import io.streamdistill.student.StudentConfig;
import io.streamdistill.student.TrainerService;
import java.util.Map;

/** The part of a cluster's configuration that a student-trainer needs. */
record TrainerView(
    KafkaSettings kafka,
    TopicsConfig topics,
    S3Settings s3,
    FeaturesConfig features,
    ClassesConfig classes,
    StudentConfig student) {

  /** Reads a cluster's configuration. */
  static TrainerView of(BenchCluster cluster, Map<String, String> settings) {
    ConfigLoader loader = DistillConfig.loader().file(cluster.directory().resolve("distill.yaml"));
    settings.forEach((key, value) -> loader.set(key, value, "distill bench"));
    return loader.load(TrainerView.class);
  }

  /** Starts the trainer in this process. */
  TrainerService start() {
    return TrainerService.start(
        student, new Cluster(kafka, topics, s3), new Task(features.contract(), classes.map()));
  }
}
