package io.streamdistill.checkpoints.store;

import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.testkit.TestBroker;
import java.util.Map;

/** Topics of a test of checkpoints. */
public final class CheckpointTopics {

  private CheckpointTopics() {}

  /** Creates topics for checkpoints, their files and their events; there are no others. */
  public static TopicsConfig create(TestBroker.Running broker) {
    return new TopicsConfig(
        "t",
        "s",
        "l",
        "d",
        broker.compactedTopic(1, Map.of()),
        broker.compactedTopic(1, Map.of()),
        broker.topic(),
        1,
        (short) 1);
  }
}
