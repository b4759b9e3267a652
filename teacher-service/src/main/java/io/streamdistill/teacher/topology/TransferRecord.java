package io.streamdistill.teacher.topology;

import io.streamdistill.kafka.BoundedValues;
import io.streamdistill.records.format.SourceRecord;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record of the transfer set as it lies on the topic, with everything that its soft target or its
 * dead letter keeps of it.
 *
 * @param timestamp milliseconds since the epoch, >= 0
 * @param offset where it lies in the partition of the task
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TransferRecord(
    byte @Nullable [] key, byte @Nullable [] value, Headers headers, long timestamp, long offset) {

  /** Header: the timestamp that the topic would have refused, ms since the epoch in digits. */
  static final String TIMESTAMP = "distill.timestamp";

  /** UTF-8 bytes per char, at most. */
  private static final int MAX_UTF8 = 3;

  private static final int HEADER_OVERHEAD = 2 * Integer.BYTES;

  /** Upper bound of the bytes of key, value and headers, here and on the wire. */
  int bytes() {
    int bytes = length(key) + length(value);
    for (Header header : headers) {
      bytes += MAX_UTF8 * header.key().length() + length(header.value()) + HEADER_OVERHEAD;
    }
    return bytes;
  }

  /** Bytes of the value. */
  int valueBytes() {
    return length(value);
  }

  /** What the record counts as while it is in flight. */
  int inFlightBytes() {
    return BoundedValues.bytes(length(key), length(value));
  }

  /** The record with the place where it lies. */
  SourceRecord in(TopicPartition source) {
    return new SourceRecord(
        source.topic(), source.partition(), offset, timestamp, key, value, headers);
  }

  TransferRecord withoutValue() {
    return new TransferRecord(key, null, headers, timestamp, offset);
  }

  /** Only where it came from. */
  TransferRecord bare(long now) {
    return new TransferRecord(null, null, new RecordHeaders(), now, offset);
  }

  /**
   * The record with a timestamp that a topic takes: its own, or {@code now} and its own in a
   * header.
   */
  TransferRecord dated(TopicTerms terms, long now) {
    if (terms.takes(timestamp, now)) {
      return this;
    }
    Headers more = new RecordHeaders(headers);
    more.add(TIMESTAMP, Long.toString(timestamp).getBytes(StandardCharsets.UTF_8));
    return new TransferRecord(key, value, more, now, offset);
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
