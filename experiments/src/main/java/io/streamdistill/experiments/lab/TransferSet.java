package io.streamdistill.experiments.lab;

import io.streamdistill.records.Example;

/** Examples to be scored, in the order in which they are produced. */
public interface TransferSet {

  /** How many there are. */
  long count();

  /** The example at {@code index}, in [0, {@link #count}). */
  Example example(long index);
}
