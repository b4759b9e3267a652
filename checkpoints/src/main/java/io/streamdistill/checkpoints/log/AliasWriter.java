package io.streamdistill.checkpoints.log;

import io.streamdistill.checkpoints.avro.EventCodec;
import io.streamdistill.checkpoints.format.CheckpointEvent;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.GateCheck;
import io.streamdistill.kafka.KafkaSettings;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Moves aliases, and writes down what the gate decided. */
public final class AliasWriter implements AutoCloseable {

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,99}");

  private final KafkaSettings kafka;
  private final String topic;
  private final InstantSource clock;
  private final KafkaProducer<byte[], byte[]> producer;

  /**
   * Connects.
   *
   * @param topic {@code topics.checkpoint-events}
   */
  public AliasWriter(KafkaSettings kafka, String topic, InstantSource clock) {
    this.kafka = kafka;
    this.topic = topic;
    this.clock = clock;
    producer =
        new KafkaProducer<>(kafka.producer(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Reads where the aliases stand now. */
  public AliasLog read() {
    return AliasLog.read(kafka, topic);
  }

  /**
   * Moves an alias, if it still stands where {@code seen} has it.
   *
   * @param seen the log that the decision was made on
   * @param version null for {@link CheckpointEventKind#REMOVED}
   * @param actor who decides
   * @param reason why, for those who ask later
   * @return the alias after the move; of a removed one, nothing but its name is of use
   * @throws CheckpointException when somebody else has moved it meanwhile, when it cannot be moved
   *     at all, or Kafka does not take the move
   */
  public AliasLog move(
      AliasLog seen,
      CheckpointEventKind kind,
      String student,
      String alias,
      @Nullable String version,
      String actor,
      String reason) {
    requireMovable(alias);
    long offset =
        send(
            new CheckpointEvent(
                student,
                kind,
                version,
                alias,
                seen.lastMove(student, alias),
                act(actor, reason),
                List.of()));
    AliasLog after = read();
    if (after.isVoid(offset)) {
      throw new CheckpointException(
          "alias '%s' of '%s' was moved meanwhile%s; look again, then decide again"
              .formatted(
                  alias,
                  student,
                  after
                      .alias(student, alias)
                      .map(
                          now ->
                              ", to %s by %s (%s)"
                                  .formatted(now.version(), now.actor(), now.reason()))
                      .orElse("")));
    }
    return after;
  }

  /** Says whether an alias may be called that. */
  private static void requireMovable(String alias) {
    if (alias.equals(Alias.LATEST)) {
      throw new CheckpointException(
          "alias 'latest' is always the newest valid checkpoint; move 'champion', or a name of your"
              + " own");
    }
    if (!NAME.matcher(alias).matches()) {
      throw new CheckpointException(
          "'%s' is not a name for an alias; use up to 100 letters, digits, '.', '_', '-'"
              .formatted(alias));
    }
  }

  /**
   * Writes down a decision of the gate.
   *
   * @throws CheckpointException when Kafka does not take it
   */
  public void decided(
      CheckpointId checkpoint, boolean passed, String reason, List<GateCheck> checks) {
    send(
        new CheckpointEvent(
            checkpoint.student(),
            passed ? CheckpointEventKind.GATE_PASSED : CheckpointEventKind.GATE_FAILED,
            checkpoint.version(),
            null,
            -1L,
            act("gate", reason),
            checks));
  }

  private CheckpointEvent.Act act(String actor, String reason) {
    return new CheckpointEvent.Act(actor, reason, clock.instant().truncatedTo(ChronoUnit.MILLIS));
  }

  private long send(CheckpointEvent event) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic,
            AliasLog.PARTITION,
            event.student().getBytes(StandardCharsets.UTF_8),
            EventCodec.encode(event));
    try {
      return producer.send(record).get().offset();
    } catch (ExecutionException | KafkaException e) { // what a producer refuses, or Kafka does
      throw new CheckpointException(
          "topic '%s' on kafka at %s does not take an event: %s"
              .formatted(topic, kafka.bootstrapServers(), e.getCause() == null ? e : e.getCause()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CheckpointException("interrupted while an event was written to " + topic, e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
