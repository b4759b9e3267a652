package io.streamdistill.student.source;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What went into a batch, besides the numbers in its buffers.
 *
 * @param records to train on, row by row; empty when none was fit
 * @param passedOver fit records that the selection leaves out
 * @param oldestEventTime milliseconds since the epoch; {@code Long.MAX_VALUE} without rows
 * @param rejections records that were not fit, met for the first time, in the order of the log
 * @param teacherVersions teachers that the rows come from
 * @param end where the log stands after the batch
 */
public record Batch(
    List<ConsumerRecord<byte[], byte[]>> records,
    int passedOver,
    long oldestEventTime,
    List<Rejection> rejections,
    List<String> teacherVersions,
    LogPosition end) {

  /** Copies. */
  public Batch {
    records = List.copyOf(records);
    rejections = List.copyOf(rejections);
    teacherVersions = List.copyOf(teacherVersions);
  }

  /** How many records to train on. */
  public int rows() {
    return records.size();
  }
}
