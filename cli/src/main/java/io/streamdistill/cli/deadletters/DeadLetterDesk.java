package io.streamdistill.cli.deadletters;

import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;

/** The part of the configuration that the commands need. */
public record DeadLetterDesk(KafkaSettings kafka, TopicsConfig topics) {

  LetterLog open() {
    return new LetterLog(kafka, topics.deadLetters());
  }
}
