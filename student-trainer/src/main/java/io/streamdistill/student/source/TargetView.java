package io.streamdistill.student.source;

import org.jspecify.annotations.Nullable;

/**
 * Which targets a student trains on. Asked between decoding and batching, once for every visit of a
 * target, in the order of the log; what it answers may depend on that order and on nothing else, or
 * weights could not be made again.
 */
public interface TargetView {

  /** Why it is not trained on; null when it is. */
  @Nullable PassedOver passesOver(DecodedTarget target);

  /** From here on, only targets of that teacher come. */
  default void onlyTeacher(String version) {}

  /** So many targets have come, each counted once. */
  default void came(long targets) {}
}
