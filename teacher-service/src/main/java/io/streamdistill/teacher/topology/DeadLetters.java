package io.streamdistill.teacher.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.streamdistill.kafka.DeadLetter;
import io.streamdistill.records.Verdict.Rejected;
import io.streamdistill.teacher.topology.Refusals.Form;
import java.time.Clock;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.streams.processor.api.Record;

/** Makes the dead letters of rejected records, such as their topic takes. */
final class DeadLetters {

  /**
   * A letter on its way.
   *
   * @param offset of the record that it is made of
   * @param bytes of its key, value and headers, at most
   */
  record Letter(long offset, Form form, int bytes, Record<byte[], Outgoing> out) {}

  /** Present when the topic cannot take the whole record: what was left out of the letter. */
  static final String OMITTED = DeadLetter.OMITTED;

  /** Upper bound of what the log adds to one record: batch header, lengths, deltas. */
  private static final int OVERHEAD = 512;

  private final String rejectedBy;
  private final String transferSet;
  private final int partition;
  private final RecordLimits limits;
  private final Clock clock;

  DeadLetters(
      String rejectedBy, String transferSet, int partition, RecordLimits limits, Clock clock) {
    this.rejectedBy = rejectedBy;
    this.transferSet = transferSet;
    this.partition = partition;
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * Makes the letter of a rejected record. What the topic cannot take is left out and named in a
   * header; it still lies on the transfer set, where the headers say.
   */
  Letter of(TransferRecord record, Rejected<?> why) {
    TransferRecord letter = withHeaders(record, why);
    if (!fits(letter)) {
      letter = withHeaders(record.withoutValue(), why);
      letter.headers().add(OMITTED, utf8("value of %d bytes".formatted(record.valueBytes())));
    }
    return fits(letter) ? letter(Form.LETTER, letter) : bare(record, why);
  }

  /** The letter of a record that its topic would not take otherwise. */
  Letter bare(TransferRecord record, Rejected<?> why) {
    TransferRecord letter = withHeaders(record.bare(clock.millis()), why);
    String left = "key, value and headers of up to %d bytes".formatted(record.bytes());
    letter.headers().add(OMITTED, utf8(left));
    return letter(Form.BARE_LETTER, letter);
  }

  private Letter letter(Form form, TransferRecord letter) {
    TopicTerms terms = limits.outputs().deadLetters();
    TransferRecord dated = letter.dated(terms, clock.millis());
    byte[] key = dated.key();
    if (key == null && terms.keyed()) {
      key = utf8("%s-%d-%d".formatted(transferSet, partition, dated.offset()));
    }
    return new Letter(
        dated.offset(),
        form,
        dated.bytes(),
        new Record<>(
            key, new Outgoing(partition, dated.value()), dated.timestamp(), dated.headers()));
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
    int most = limits.outputs().deadLetters().maxBytes();
    return bytes <= most || compressed(letter) <= most;
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
    return text.getBytes(UTF_8);
  }
}
