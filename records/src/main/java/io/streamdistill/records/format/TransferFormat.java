package io.streamdistill.records.format;

import io.streamdistill.records.Task;

/**
 * How the records of a transfer set are written. Implementations are found by {@link
 * java.util.ServiceLoader}, need a public constructor without parameters, and are chosen by name
 * with {@code input.format}.
 */
public interface TransferFormat {

  /** What it is chosen by: lower case, one word. */
  String name();

  /**
   * A reader of records that become examples of {@code task}.
   *
   * @throws io.streamdistill.config.ConfigException when the format cannot give such examples
   */
  TransferReader reader(Task task);
}
