package io.streamdistill.teacher;

import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;

/**
 * Which topics an offset was committed for. It is written behind what Kafka Streams has in the
 * metadata of the offset, and so committed in the transaction of the soft targets.
 *
 * @param transferSet id of the topic that the offset counts records of
 * @param softTargets id of the topic that their soft targets are on
 */
record LogIdentity(Uuid transferSet, Uuid softTargets) {

  /** Not in what Kafka Streams writes, which is base 64. */
  private static final char MARK = '#';

  private static final char BETWEEN = '/';

  /** The offset with this identity. */
  OffsetAndMetadata on(OffsetAndMetadata offset) {
    return with(offset, plain(offset.metadata()) + MARK + transferSet + BETWEEN + softTargets);
  }

  /** The offset as Kafka Streams committed it. */
  static OffsetAndMetadata plain(OffsetAndMetadata offset) {
    return with(offset, plain(offset.metadata()));
  }

  private static OffsetAndMetadata with(OffsetAndMetadata offset, String metadata) {
    return new OffsetAndMetadata(offset.offset(), offset.leaderEpoch(), metadata);
  }

  private static String plain(String metadata) {
    int mark = metadata.indexOf(MARK);
    return mark < 0 ? metadata : metadata.substring(0, mark);
  }

  /** The identity on an offset; empty when an earlier build committed it. */
  static Optional<LogIdentity> of(OffsetAndMetadata offset) {
    String metadata = offset.metadata();
    int mark = metadata.indexOf(MARK);
    int between = metadata.indexOf(BETWEEN, mark + 1);
    if (mark < 0 || between < 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new LogIdentity(
              Uuid.fromString(metadata.substring(mark + 1, between)),
              Uuid.fromString(metadata.substring(between + 1))));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // of somebody else
    }
  }
}
