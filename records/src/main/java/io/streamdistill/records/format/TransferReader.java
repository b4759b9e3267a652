package io.streamdistill.records.format;

import io.streamdistill.records.Example;
import io.streamdistill.records.Verdict;

/** Reads records of one format. Thread-safe. */
@FunctionalInterface
public interface TransferReader {

  /**
   * Makes an example of a record, or says why that cannot be done. It need not keep to {@link
   * io.streamdistill.records.RecordRules}: those are applied to what it returns.
   *
   * <p>Whatever the bytes are, nothing is thrown and nothing much larger than them is allocated.
   * Reasons name what was found and expected, and quote no content.
   */
  Verdict<Example> read(SourceRecord record);
}
