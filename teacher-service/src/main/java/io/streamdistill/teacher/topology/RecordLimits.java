package io.streamdistill.teacher.topology;

import static io.streamdistill.core.config.Require.require;

/**
 * Sizes that records must keep to. A record that a topic refuses would stop the service, and stop
 * it again at every restart.
 *
 * @param maxRecordBytes largest value accepted from the transfer set, bytes
 * @param softTargetBytes {@code max.message.bytes} of the soft-target topic
 * @param deadLetterBytes {@code max.message.bytes} of the dead-letter topic, compressed
 * @param requestBytes {@code max.request.size} of the producer, uncompressed
 * @param compression {@code compression.type} of the producer
 */
public record RecordLimits(
    int maxRecordBytes,
    int softTargetBytes,
    int deadLetterBytes,
    int requestBytes,
    String compression) {

  /** Validates. */
  public RecordLimits {
    require(maxRecordBytes >= 1, "teacher.max-record-bytes must be >= 1, got %s", maxRecordBytes);
  }

  /** Most bytes that a soft target may have. */
  public int largestSoftTarget() {
    return Math.min(softTargetBytes, requestBytes);
  }
}
