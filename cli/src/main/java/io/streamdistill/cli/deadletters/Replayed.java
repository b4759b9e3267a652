package io.streamdistill.cli.deadletters;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Which dead letters were replayed: the contents of the markers on the dead-letter topic.
 *
 * <p>A marker lies in the partition of its letters, behind them. Retention thus takes it after
 * them, and a topic that is created anew has none. It costs a bit a letter in memory.
 */
final class Replayed {

  /** Header of a marker; its value is the version of the marker's form. */
  static final String HEADER = "distill.replayed";

  private static final byte[] FORM = "1".getBytes(US_ASCII);
  private static final int BLOCK = 1 << 16;

  private record Block(int partition, long number) {}

  private final Map<Block, BitSet> blocks = new HashMap<>();

  static boolean isMarker(ConsumerRecord<byte[], byte[]> record) {
    return record.headers().lastHeader(HEADER) != null;
  }

  /**
   * The marker of letters that are replayed in the same transaction; their offsets,
   * comma-separated.
   */
  static ProducerRecord<byte[], byte[]> marker(String topic, int partition, List<Long> offsets) {
    StringBuilder value = new StringBuilder();
    offsets.forEach(offset -> value.append(value.isEmpty() ? "" : ",").append(offset));
    // A key of its own, for a topic that is compacted.
    String key = "replayed/" + partition + "/" + offsets.get(0);
    ProducerRecord<byte[], byte[]> marker =
        new ProducerRecord<>(
            topic, partition, key.getBytes(US_ASCII), value.toString().getBytes(US_ASCII));
    marker.headers().add(HEADER, FORM);
    return marker;
  }

  /** Takes in a marker; any other record changes nothing. */
  void accept(ConsumerRecord<byte[], byte[]> record) {
    if (!isMarker(record) || record.value() == null) {
      return;
    }
    for (String offset : new String(record.value(), US_ASCII).split(",", -1)) {
      if (!offset.matches("\\d{1,18}")) {
        throw new DeadLettersException(
            "the marker of replayed dead letters at %s-%d, offset %d is not understood; use the StreamDistill that wrote it, or a newer one"
                .formatted(record.topic(), record.partition(), record.offset()),
            null);
      }
      add(record.partition(), Long.parseLong(offset));
    }
  }

  private void add(int partition, long offset) {
    blocks
        .computeIfAbsent(new Block(partition, offset / BLOCK), block -> new BitSet())
        .set((int) (offset % BLOCK));
  }

  boolean contains(Place place) {
    BitSet block = blocks.get(new Block(place.partition(), place.offset() / BLOCK));
    return block != null && block.get((int) (place.offset() % BLOCK));
  }
}
