package io.streamdistill.records.avro;

import io.streamdistill.records.RecordRules;
import io.streamdistill.records.Target;
import io.streamdistill.records.Task;
import io.streamdistill.records.Verdict;
import org.jspecify.annotations.Nullable;

/** Reads soft targets that are fit, and decodes what the teacher says. Not thread-safe. */
public final class TargetReader {

  private final AvroRecords records = new AvroRecords();
  private final RecordRules rules;
  private final double[] logProbabilities; // (classes)

  /**
   * Creates a reader.
   *
   * @param maxWeight largest weight of a target that is fit
   */
  public TargetReader(Task task, double maxWeight) {
    rules = new RecordRules(task, maxWeight);
    logProbabilities = new double[task.classes().count()];
  }

  /**
   * Decodes and judges a record of the log.
   *
   * @param value of the record; the target may share its memory
   */
  public Verdict<Target> read(byte @Nullable [] value) {
    return rules.judge(records.readTarget(value), logProbabilities);
  }

  /**
   * What the teacher says of the target that was read last, (classes), at the temperature of that;
   * the live array, undefined when it was rejected.
   */
  public double[] logProbabilities() {
    return logProbabilities;
  }
}
