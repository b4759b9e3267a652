package io.streamdistill.checkpoints.format;

import java.util.Map;

/**
 * Where in the soft-target log a student stands. Resuming from it, every soft target contributes
 * exactly once to the lineage of the weights.
 *
 * @param topic the soft-target topic
 * @param passesCompleted passes over the log completed
 * @param passPosition soft targets taken in the pass under way
 * @param nextOffsets next offset to read, by partition
 * @param state what else the source needs to go on (pass ranges, merge cursor); only the source
 *     reads it
 */
public record SourcePosition(
    String topic,
    int passesCompleted,
    long passPosition,
    Map<Integer, Long> nextOffsets,
    Map<String, String> state) {

  /** Validates. */
  public SourcePosition {
    check(!topic.isBlank(), "topic is blank");
    check(passesCompleted >= 0, "passesCompleted is negative");
    check(passPosition >= 0, "passPosition is negative");
    nextOffsets = Sorted.copyOf(nextOffsets);
    nextOffsets.forEach(
        (partition, offset) ->
            check(partition >= 0 && offset >= 0, "nextOffsets has a negative number"));
    state = Sorted.copyOf(state);
  }

  private static void check(boolean holds, String problem) {
    if (!holds) {
      throw new CheckpointException("source position of a checkpoint: " + problem);
    }
  }
}
