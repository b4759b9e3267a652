package io.streamdistill.teacher.topology;

import io.streamdistill.records.Example;
import io.streamdistill.records.Verdict.Reason;
import io.streamdistill.records.Verdict.Rejected;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * Which records of the transfer set led to something that a topic refused, or have no answer. A
 * refusal aborts the transaction, and so may the time that a model took to give none; when the
 * records are read again, those are sent otherwise, so that no record is refused for ever.
 * Thread-safe.
 */
public final class Refusals {

  /** What is made of a record, one after the other as the former is refused. */
  enum Form {
    SOFT_TARGET,
    LETTER,
    /** Without key, value and headers of its own, dated now. */
    BARE_LETTER,
    /** Only a line in the log. */
    NOTHING;

    Form next() {
      return switch (this) {
        case SOFT_TARGET -> LETTER;
        case LETTER -> BARE_LETTER;
        case BARE_LETTER, NOTHING -> NOTHING;
      };
    }
  }

  /**
   * A record to be sent otherwise.
   *
   * @param next what it is to become
   * @param why it does not become a soft target
   */
  record Refusal(Form next, Rejected<Example> why) {}

  private record Sent(TopicPartition source, long offset, Form form) {}

  @SuppressWarnings("ThreadLocalUsage") // of a service, which a process has one of
  private final ThreadLocal<@Nullable Sent> sending = new ThreadLocal<>();

  private final Map<TopicPartition, Map<Long, Refusal>> refused = new ConcurrentHashMap<>();

  /** What this thread forwards from now on was made of that record. */
  void sending(TopicPartition source, long offset, Form form) {
    sending.set(new Sent(source, offset, form));
  }

  /** A callback that notices when what is being sent by this thread is refused. */
  public Callback noticing(Callback callback) {
    Sent sent = sending.get();
    if (sent == null) {
      return callback;
    }
    return (metadata, failure) -> {
      if (failure != null && isOfRecord(failure)) {
        add(sent, failure);
      }
      callback.onCompletion(metadata, failure);
    };
  }

  private void add(Sent sent, Exception failure) {
    String detail = "a topic refused what it became: " + failure.getMessage();
    add(
        sent.source(),
        sent.offset(),
        new Refusal(sent.form().next(), new Rejected<>(Reason.REFUSED, detail)));
  }

  /**
   * The teacher has no answer to a record. Should the transaction not last until that is found, as
   * when the model hangs on it, the teacher is not asked again.
   */
  void noAnswer(TopicPartition source, long offset, Rejected<Example> why) {
    add(source, offset, new Refusal(Form.LETTER, why));
  }

  private void add(TopicPartition source, long offset, Refusal refusal) {
    refused.computeIfAbsent(source, partition -> new ConcurrentHashMap<>()).put(offset, refusal);
  }

  /** Whether the failure is that of a record, which another attempt would meet again. */
  public static boolean isOfRecord(Throwable failure) {
    return failure instanceof InvalidRecordException
        || failure instanceof InvalidTimestampException
        || failure instanceof RecordTooLargeException
        || failure instanceof RecordBatchTooLargeException;
  }

  /** Empty for nearly all records. */
  Optional<Refusal> of(TopicPartition source, long offset) {
    Map<Long, Refusal> offsets = refused.get(source);
    return offsets == null ? Optional.empty() : Optional.ofNullable(offsets.get(offset));
  }

  /** Everything before {@code next} is committed and will not be read again. */
  public void committed(TopicPartition source, long next) {
    Map<Long, Refusal> offsets = refused.get(source);
    if (offsets != null) {
      offsets.keySet().removeIf(offset -> offset < next);
      refused.computeIfPresent(source, (partition, left) -> left.isEmpty() ? null : left);
    }
  }
}
