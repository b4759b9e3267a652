package io.streamdistill.teacher.topology;

import io.streamdistill.teacher.engine.TeacherException;

/**
 * Share of the newest examples to which the model had no answer. Above a limit, the model is at
 * fault rather than the examples. Thread-safe.
 */
public final class FailingShare {

  /** Newest examples that are looked at. */
  private static final int WINDOW = 1000;

  /** Fewer decide nothing. */
  private static final int ENOUGH = 32;

  private final double maxShare;
  private final boolean[] failed = new boolean[WINDOW];
  private long seen;
  private int failures;

  /**
   * Creates the count.
   *
   * @param maxShare in (0, 1]; 1 never stops
   */
  FailingShare(double maxShare) {
    this.maxShare = maxShare;
  }

  /**
   * Takes a batch.
   *
   * @param last what was wrong with one of those without an answer
   * @throws TeacherException when the share is too large; nothing of the batch may be published
   */
  synchronized void add(int answered, int unanswered, String last) {
    for (int i = 0; i < answered + unanswered; i++) {
      int slot = (int) (seen++ % WINDOW);
      failures -= failed[slot] ? 1 : 0;
      failed[slot] = i < unanswered;
      failures += failed[slot] ? 1 : 0;
    }
    long looked = Math.min(seen, WINDOW);
    if (unanswered > 0 && looked >= ENOUGH && maxShare < 1 && failures > maxShare * looked) {
      throw new TeacherException(
          ("it had no answer to %d of the newest %d examples, more than"
                  + " teacher.limits.max-failing-share (%s) allows; one of them: %s. Check the model,"
                  + " teacher.members and teacher.features against what producers send")
              .formatted(failures, looked, maxShare, last));
    }
  }
}
