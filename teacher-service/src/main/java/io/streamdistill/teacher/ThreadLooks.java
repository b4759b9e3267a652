package io.streamdistill.teacher;

import io.streamdistill.kafka.BrokerException;
import io.streamdistill.kafka.TopicSnapshot;
import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.kafka.TopicsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;

/** Looks at topics, by a stream thread, which starts again when Kafka does not answer. */
final class ThreadLooks {

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final TopicWatch watch;
  private final List<String> topics;

  ThreadLooks(TopicWatch watch, TopicsConfig topics) {
    this.watch = watch;
    this.topics = List.of(topics.transferSet(), topics.softTargets(), topics.deadLetters());
  }

  /**
   * A topic as it is now.
   *
   * @throws TimeoutException when Kafka does not answer
   */
  TopicSnapshot at(String topic) {
    try {
      return watch.look(topic);
    } catch (BrokerException e) {
      throw new TimeoutException(e.getMessage(), e);
    }
  }

  /**
   * The ids of the topics that exist.
   *
   * @throws TimeoutException when Kafka does not answer
   */
  Map<String, Uuid> ids() {
    try {
      return watch.ids(topics, PATIENCE);
    } catch (BrokerException e) {
      throw new TimeoutException(e.getMessage(), e);
    }
  }
}
