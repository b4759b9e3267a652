package io.streamdistill.teacher.topology;

import io.streamdistill.core.kafka.DeadLetter;
import io.streamdistill.core.transfer.Verdict.Rejected;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.streams.processor.api.Record;

/** Makes the dead letters of rejected records, of a size that their topic takes. */
final class DeadLetters {

  /** Present when the topic cannot take the whole record: what was left out of the letter. */
  static final String OMITTED = DeadLetter.OMITTED;

  /** Upper bound of what the log adds to one record: batch header, lengths, deltas. */
  private static final int OVERHEAD = 512;

  private final String rejectedBy;
  private final String transferSet;
  private final int partition;
  private final RecordLimits limits;

  DeadLetters(String rejectedBy, String transferSet, int partition, RecordLimits limits) {
    this.rejectedBy = rejectedBy;
    this.transferSet = transferSet;
    this.partition = partition;
    this.limits = limits;
  }

  /**
   * Makes the letter of a rejected record. What the topic cannot take is left out and named in a
   * header; it still lies on the transfer set, where the headers say.
   */
  Record<byte[], Outgoing> of(TransferRecord record, Rejected<?> why) {
    TransferRecord letter = withHeaders(record, why);
    if (!fits(letter)) {
      letter = withHeaders(record.withoutValue(), why);
      letter.headers().add(OMITTED, utf8("value of %d bytes".formatted(record.valueBytes())));
    }
    if (!fits(letter)) {
      letter = withHeaders(record.bare(), why);
      String left = "key, value and headers of up to %d bytes".formatted(record.bytes());
      letter.headers().add(OMITTED, utf8(left));
    }
    return new Record<>(
        letter.key(),
        new Outgoing(partition, letter.value()),
        letter.timestamp(),
        letter.headers());
  }

  private TransferRecord withHeaders(TransferRecord record, Rejected<?> why) {
    Headers headers = new RecordHeaders(record.headers());
    DeadLetter.describe(
        headers, why.reason(), why.detail(), rejectedBy, transferSet, partition, record.offset());
    return new TransferRecord(
        record.key(), record.value(), headers, record.timestamp(), record.offset());
  }

  private boolean fits(TransferRecord letter) {
    int bytes = letter.bytes() + OVERHEAD;
    if (bytes > limits.requestBytes()) {
      return false;
    }
    return bytes <= limits.deadLetterBytes() || compressed(letter) <= limits.deadLetterBytes();
  }

  /** The size that the broker will see; asked for rarely, since it costs a compression. */
  private int compressed(TransferRecord letter) {
    SimpleRecord record =
        new SimpleRecord(
            letter.timestamp(), letter.key(), letter.value(), letter.headers().toArray());
    return MemoryRecords.withRecords(Compression.of(limits.compression()).build(), record)
        .sizeInBytes();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
