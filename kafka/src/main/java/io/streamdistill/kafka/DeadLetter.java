package io.streamdistill.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.streamdistill.records.Verdict.Reason;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A record that was not fit, byte for byte, with the reason and where it came from in its headers.
 * The names of the origin headers are those of Kafka Streams' own dead-letter queues (KIP-1034).
 */
public final class DeadLetter {

  /** Header: label of the {@link Reason}. */
  public static final String REASON = "distill.reason";

  /** Header: what was found and what was expected. */
  public static final String DETAIL = "distill.detail";

  /** Header: the application or student that rejected the record. */
  public static final String REJECTED_BY = "distill.rejected-by";

  /** Header: reason and detail in one line. */
  public static final String MESSAGE = "__streams.errors.message";

  /** Header: topic that the record came from. */
  public static final String TOPIC = "__streams.errors.topic";

  /** Header: its partition there, in decimal digits. */
  public static final String PARTITION = "__streams.errors.partition";

  /** Header: its offset there, in decimal digits. */
  public static final String OFFSET = "__streams.errors.offset";

  /** Header, only where the topic does not take the whole record: what was left out of it. */
  public static final String OMITTED = "distill.omitted";

  /**
   * Header, only where the topic refuses the record's timestamp and the dead letter has another
   * one: that of the record, ms since the epoch in decimal digits.
   */
  public static final String TIMESTAMP = "distill.timestamp";

  /** What {@link #describe} adds, and what Kafka Streams may add to that. */
  private static final Set<String> ADDED =
      Set.of(
          REASON,
          DETAIL,
          REJECTED_BY,
          MESSAGE,
          TOPIC,
          PARTITION,
          OFFSET,
          TIMESTAMP,
          "__streams.errors.exception",
          "__streams.errors.stacktrace");

  private DeadLetter() {}

  /** Adds the headers of a dead letter to those that the record has already. */
  public static void describe(
      Headers headers,
      Reason reason,
      String detail,
      String rejectedBy,
      String topic,
      int partition,
      long offset) {
    add(headers, REASON, reason.label());
    add(headers, DETAIL, detail);
    add(headers, REJECTED_BY, rejectedBy);
    add(headers, MESSAGE, reason.label() + ": " + detail);
    add(headers, TOPIC, topic);
    add(headers, PARTITION, Integer.toString(partition));
    add(headers, OFFSET, Long.toString(offset));
  }

  /** Returns the dead letter of a consumed record: same key, value, headers and timestamp. */
  public static ProducerRecord<byte[], byte[]> of(
      String deadLetterTopic,
      ConsumerRecord<byte[], byte[]> record,
      Reason reason,
      String detail,
      String rejectedBy) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(
            deadLetterTopic,
            null,
            record.timestamp() < 0 ? null : record.timestamp(),
            record.key(),
            record.value(),
            record.headers());
    describe(
        letter.headers(),
        reason,
        detail,
        rejectedBy,
        record.topic(),
        record.partition(),
        record.offset());
    return letter;
  }

  /**
   * The headers that the record had before it became a dead letter: of each name that is added
   * then, the last one is left out. A record that was a dead letter once, and was copied by hand,
   * keeps its older ones.
   */
  public static Headers original(Headers letter) {
    Set<Header> added = Collections.newSetFromMap(new IdentityHashMap<>());
    ADDED.forEach(
        name -> {
          Header last = letter.lastHeader(name);
          if (last != null) {
            added.add(last);
          }
        });
    Headers original = new RecordHeaders();
    for (Header header : letter) {
      if (!added.contains(header)) {
        original.add(header);
      }
    }
    return original;
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(UTF_8));
  }
}
