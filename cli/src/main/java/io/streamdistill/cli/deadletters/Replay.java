package io.streamdistill.cli.deadletters;

import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.DeadLetter;
import io.streamdistill.kafka.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends letters to the topic that they came from, each once: a letter and the marker that it was
 * replayed are one transaction. Whoever comes next, or at the same time, ends or fences the
 * transactions of the one before, then reads the markers.
 */
final class Replay implements AutoCloseable {

  private final KafkaSettings kafka;
  private final String target;
  private final int targetPartitions;
  private final String deadLetters;
  private final KafkaProducer<byte[], byte[]> producer;

  Replay(KafkaSettings kafka, String target, String deadLetters) {
    this.kafka = kafka;
    this.target = target;
    this.deadLetters = deadLetters;
    Map<String, Object> properties = kafka.producer();
    properties.put("transactional.id", transactionalId(deadLetters));
    properties.putIfAbsent("linger.ms", 5);
    this.producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    try {
      producer.initTransactions();
      this.targetPartitions = producer.partitionsFor(target).size();
    } catch (KafkaException e) {
      close();
      throw new DeadLettersException(
          "Kafka at %s does not let a replay into topic %s begin, with the transactional id '%s': %s; docs/security.md has the permissions that it needs"
              .formatted(
                  kafka.bootstrapServers(), target, transactionalId(deadLetters), e.getMessage()),
          e);
    }
  }

  private DeadLettersException failed(KafkaException e) {
    return new DeadLettersException(
        "Kafka at %s does not take replayed records into topic %s: %s; nothing of the transaction under way counts, so run this again when the cause is mended"
            .formatted(kafka.bootstrapServers(), target, e.getMessage()),
        e);
  }

  /** One for each dead-letter topic, so that two replays of it do not go on side by side. */
  static String transactionalId(String deadLetters) {
    return "distill-replay-" + deadLetters;
  }

  /**
   * Replays letters that were not replayed before.
   *
   * @return those that the topic does not take, with the reason
   */
  Map<Place, String> send(List<Letter> letters) {
    if (letters.isEmpty()) {
      return Map.of();
    }
    Optional<Exception> refusal = transaction(letters);
    if (refusal.isEmpty()) {
      return Map.of();
    }
    if (letters.size() == 1) {
      return Map.of(letters.get(0).place(), String.valueOf(refusal.get().getMessage()));
    }
    // One of them is to blame, and Kafka does not always say which.
    Map<Place, String> refused = new TreeMap<>(Place.ORDER);
    int half = letters.size() / 2;
    refused.putAll(send(letters.subList(0, half)));
    refused.putAll(send(letters.subList(half, letters.size())));
    return refused;
  }

  /** Sends them all, or none; returns why the topic does not take one of them. */
  private Optional<Exception> transaction(List<Letter> letters) {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try {
      producer.beginTransaction();
      Map<Integer, List<Long>> places = new TreeMap<>();
      for (Letter letter : letters) {
        sent.add(producer.send(original(letter)));
        places
            .computeIfAbsent(letter.record().partition(), unused -> new ArrayList<>())
            .add(letter.record().offset());
      }
      places.forEach(
          (partition, offsets) ->
              sent.add(producer.send(Replayed.marker(deadLetters, partition, offsets))));
      commit();
      return Optional.empty();
    } catch (ProducerFencedException | InvalidProducerEpochException e) {
      throw new DeadLettersException(
          "another replay of topic %s has taken over; let it end, then run this one again: what was replayed is not replayed twice"
              .formatted(deadLetters),
          e,
          ExitStatus.FENCED);
    } catch (KafkaException e) {
      Optional<Exception> refusal = refusal(sent, e);
      if (refusal.isEmpty()) {
        throw failed(e);
      }
      producer.abortTransaction();
      return refusal;
    }
  }

  /** A commit whose answer is late may be asked for again. */
  private void commit() {
    try {
      producer.commitTransaction();
    } catch (TimeoutException e) {
      producer.commitTransaction();
    }
  }

  /** The failure that is a record's own fault; without one, Kafka's or the network's is. */
  private static Optional<Exception> refusal(
      List<Future<RecordMetadata>> sent, KafkaException failure) {
    if (isOfRecord(failure)) {
      return Optional.of(failure);
    }
    for (Future<RecordMetadata> one : sent) {
      if (one.isDone()) {
        try {
          one.get();
        } catch (ExecutionException e) {
          if (e.getCause() instanceof KafkaException cause && isOfRecord(cause)) {
            return Optional.of(cause);
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isOfRecord(Throwable failure) {
    return failure instanceof RecordTooLargeException
        || failure instanceof RecordBatchTooLargeException
        || failure instanceof InvalidTimestampException
        || failure instanceof InvalidRecordException
        || (failure.getCause() != null
            && failure.getCause() != failure
            && isOfRecord(failure.getCause()));
  }

  /** The record as it was: key, value, time and headers, in its own partition. */
  private ProducerRecord<byte[], byte[]> original(Letter letter) {
    Integer partition =
        letter.fromPartition() >= 0 && letter.fromPartition() < targetPartitions
            ? letter.fromPartition()
            : null;
    Headers headers = DeadLetter.original(letter.record().headers());
    long time = letter.timestamp();
    return new ProducerRecord<>(
        target,
        partition,
        time < 0 ? null : time,
        letter.record().key(),
        letter.record().value(),
        headers);
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
