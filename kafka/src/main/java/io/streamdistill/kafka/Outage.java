package io.streamdistill.kafka;

import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Which failures of Kafka's clients may go away by themselves. */
public final class Outage {

  private static final int MOST_CAUSES = 20;

  private Outage() {}

  /** Whether Kafka did not answer, or answered that it cannot just now. */
  public static boolean isBehind(Throwable failure) {
    int depth = 0;
    for (Throwable cause = failure;
        cause != null && depth < MOST_CAUSES;
        cause = cause.getCause(), depth++) {
      if (cause instanceof UnknownTopicOrPartitionException
          || cause instanceof UnsupportedVersionException) {
        return false; // it has answered
      }
      if (cause instanceof RetriableException || cause instanceof TimeoutException) {
        return true;
      }
    }
    return false;
  }
}
