package io.streamdistill.student.source;

import io.streamdistill.student.step.BatchSize;

/** How many rows fill the batch that is being read, which lies ahead of what is trained on. */
public final class BatchLimit {

  private final BatchSize size;
  private long examples; // in the batches before

  /**
   * Of the first batch that is read.
   *
   * @param examplesSeen before it
   */
  public BatchLimit(BatchSize size, long examplesSeen) {
    this.size = size;
    this.examples = examplesSeen;
  }

  /** Most rows of the present batch. */
  int most() {
    return size.after(examples);
  }

  /** Goes on to the next batch. */
  void closed(int rows) {
    examples += rows;
  }
}
