package io.streamdistill.student.source;

import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What went into a batch, besides the numbers in its buffers.
 *
 * @param records to train on, row by row; empty when none was fit
 * @param newRows rows whose record was never trained on before
 * @param oldestEventTime of the new rows, milliseconds since the epoch; {@code Long.MAX_VALUE}
 *     without any
 * @param rejections records that were not fit, met for the first time, in the order of the log
 * @param rowsByTeacher how many rows come from which teacher
 * @param order what was decided while it was read, and before, since the end of the batch before
 * @param end where the log stands after the batch
 */
public record Batch(
    List<ConsumerRecord<byte[], byte[]>> records,
    BitSet newRows,
    long oldestEventTime,
    List<Rejection> rejections,
    SortedMap<String, Integer> rowsByTeacher,
    List<ReadingOrder.Entry> order,
    LogPosition end) {

  /** Copies. */
  public Batch {
    records = List.copyOf(records);
    newRows = (BitSet) newRows.clone();
    rejections = List.copyOf(rejections);
    order = List.copyOf(order);
    rowsByTeacher = new TreeMap<>(rowsByTeacher);
  }

  /** How many records to train on. */
  public int rows() {
    return records.size();
  }

  /** How many of them were never trained on before. */
  public int newCount() {
    return newRows.cardinality();
  }

  /** Whether the record of a row was never trained on before. */
  public boolean isNew(int row) {
    return newRows.get(row);
  }
}
