package io.streamdistill.checkpoints.store;

import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;

/**
 * Where a pipeline lives.
 *
 * @param kafka its brokers, and what is said to every client of them
 * @param topics its topics there
 * @param s3 for checkpoints that lie in S3
 */
public record Cluster(KafkaSettings kafka, TopicsConfig topics, S3Settings s3) {

  /** One whose S3, if any, is that of the machine's own settings. */
  public static Cluster of(KafkaSettings kafka, TopicsConfig topics) {
    return new Cluster(kafka, topics, S3Settings.defaults());
  }
}
