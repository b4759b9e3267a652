package io.streamdistill.teacher.topology;

import static io.streamdistill.config.Require.require;

/**
 * What records must keep to. One that a topic refuses would stop the service, and stop it again at
 * every restart.
 *
 * @param maxRecordBytes largest value accepted from the transfer set, bytes
 * @param outputs what the topics that are written to take
 * @param requestBytes {@code max.request.size} of the producer, uncompressed
 * @param compression {@code compression.type} of the producer
 */
public record RecordLimits(
    int maxRecordBytes, OutputTerms outputs, int requestBytes, String compression) {

  /** Validates. */
  public RecordLimits {
    require(maxRecordBytes >= 1, "teacher.max-record-bytes must be >= 1, got %s", maxRecordBytes);
  }

  /** Most bytes that a soft target may have. */
  int largestSoftTarget() {
    return Math.min(outputs.softTargets().maxBytes(), requestBytes);
  }
}
