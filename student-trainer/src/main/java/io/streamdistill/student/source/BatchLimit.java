package io.streamdistill.student.source;

import io.streamdistill.student.schedule.BatchSize;
import java.time.Duration;

/** How many rows fill the batch that is being read, which lies ahead of what is trained on. */
public final class BatchLimit {

  private final BatchSize size;
  private final Duration linger;
  private long examples; // in the batches before

  /**
   * Of the first batch that is read.
   *
   * @param examplesSeen before it
   * @param linger how long a followed log has given nothing new before earlier records fill it
   */
  public BatchLimit(BatchSize size, long examplesSeen, Duration linger) {
    this.size = size;
    this.linger = linger;
    this.examples = examplesSeen;
  }

  /** Most rows of the present batch. */
  int most() {
    return size.after(examples);
  }

  Duration linger() {
    return linger;
  }

  /** Goes on to the next batch. */
  void closed(int rows) {
    examples += rows;
  }
}
