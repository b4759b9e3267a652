package io.streamdistill.checkpoints.log;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.UnreachableException;
import io.streamdistill.kafka.Access;
import io.streamdistill.kafka.KafkaAnswers;
import io.streamdistill.kafka.KafkaFailure;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.Outage;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Says of a failed call to Kafka what the reader can do about it. */
public final class KafkaErrors {

  private KafkaErrors() {}

  public static <T> T explain(KafkaSettings kafka, Duration timeout, Supplier<T> call) {
    try {
      return call.get();
    } catch (InterruptException e) {
      throw e; // asked to stop; not Kafka's fault
    } catch (TimeoutException e) {
      throw unreachable(kafka, timeout, e);
    } catch (KafkaException e) {
      if (Outage.isBehind(e)) {
        throw new UnreachableException(
            "kafka at %s: %s".formatted(kafka.bootstrapServers(), e.getMessage()), e);
      }
      throw new CheckpointException(
          "kafka at %s: %s"
              .formatted(kafka.bootstrapServers(), KafkaFailure.describe(e, Access.of(kafka))),
          e);
    }
  }

  static UnreachableException unreachable(
      KafkaSettings kafka, Duration timeout, @Nullable Throwable cause) {
    return new UnreachableException(
        "Could not reach kafka at %s within %s s; is it running? %s"
            .formatted(
                kafka.bootstrapServers(),
                Math.max(1, timeout.toSeconds()),
                KafkaAnswers.whoIsThere(kafka)),
        cause);
  }
}
