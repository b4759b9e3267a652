package io.streamdistill.cli.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.streamdistill.kafka.DeadLetter;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * A record of the dead-letter topic, with what its headers say. Headers are written by others: what
 * they lack is empty, and what is no number is -1.
 *
 * @param record as it lies on the topic
 * @param reason label of the reason; empty when the record is no dead letter
 * @param detail what was found and what was expected
 * @param rejectedBy the application or student that rejected it
 * @param fromTopic topic that it came from
 * @param fromPartition its partition there
 * @param fromOffset its offset there
 * @param omitted what was left out because the topic does not take it; mostly empty
 * @param timestamp of the record that was rejected, ms since the epoch
 */
record Letter(
    ConsumerRecord<byte[], byte[]> record,
    String reason,
    String detail,
    String rejectedBy,
    String fromTopic,
    int fromPartition,
    long fromOffset,
    String omitted,
    long timestamp) {

  static Letter of(ConsumerRecord<byte[], byte[]> record) {
    return new Letter(
        record,
        header(record, DeadLetter.REASON),
        header(record, DeadLetter.DETAIL),
        header(record, DeadLetter.REJECTED_BY),
        header(record, DeadLetter.TOPIC),
        (int) Math.min(Integer.MAX_VALUE, number(header(record, DeadLetter.PARTITION))),
        number(header(record, DeadLetter.OFFSET)),
        header(record, DeadLetter.OMITTED),
        timestamp(record));
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null ? "" : new String(header.value(), UTF_8);
  }

  /** That of the record, which the dead-letter topic may have refused. */
  private static long timestamp(ConsumerRecord<byte[], byte[]> record) {
    long refused = number(header(record, DeadLetter.TIMESTAMP));
    return refused >= 0 ? refused : record.timestamp();
  }

  private static long number(String digits) {
    return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : -1;
  }

  Place place() {
    return new Place(record.partition(), record.offset());
  }

  Instant time() {
    return Instant.ofEpochMilli(timestamp);
  }

  /** Whether the headers say why it was rejected and where it came from. */
  boolean isDeadLetter() {
    return !reason.isEmpty() && !fromTopic.isEmpty();
  }

  String from() {
    return "%s-%d@%d".formatted(fromTopic, fromPartition, fromOffset);
  }

  int valueBytes() {
    return record.value() == null ? 0 : record.value().length;
  }
}
