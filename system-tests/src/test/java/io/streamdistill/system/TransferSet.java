package io.streamdistill.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.avro.AvroRecords;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Random examples with a share of spoilt ones among them. Every record has a key of its own. */
final class TransferSet {

  static final int FEATURES = 16;
  static final int CLASSES = 4;
  static final int MAX_RECORD_BYTES = 4096;

  /** A header that records have, to see what becomes of it. */
  static final String TRACE = "trace";

  private static final int FIT_PER_SPOILT = 10;
  private static final AvroRecords CODEC = new AvroRecords();

  /**
   * A record of the transfer set.
   *
   * @param flaw what is wrong with it; null when nothing is
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Input(String key, int partition, byte @Nullable [] value, @Nullable Flaw flaw) {

    boolean isFit() {
      return flaw == null;
    }

    ProducerRecord<byte[], byte[]> to(String topic) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(topic, partition, timestamp(), key.getBytes(UTF_8), value);
      record.headers().add(TRACE, key.getBytes(UTF_8));
      return record;
    }

    /** Milliseconds since the epoch, long ago, and another for every record. */
    long timestamp() {
      return 1_700_000_000_000L + Long.parseLong(key);
    }
  }

  private TransferSet() {}

  /** Makes {@code fit} fit records and a tenth as many spoilt ones, in random order. */
  static List<Input> of(int fit, Random random) {
    List<@Nullable Flaw> flaws = new ArrayList<>(Collections.nCopies(fit, null));
    Iterator<Flaw> kinds = Stream.generate(Flaw::values).flatMap(Stream::of).iterator();
    for (int i = 0; i < fit / FIT_PER_SPOILT; i++) {
      flaws.add(kinds.next());
    }
    Collections.shuffle(flaws, random);
    List<Input> inputs = new ArrayList<>();
    int fitSoFar = 0;
    for (int i = 0; i < flaws.size(); i++) {
      Flaw flaw = flaws.get(i);
      Example example = example(Integer.toString(i), random);
      if (flaw == null) {
        // In turn, so that students, who read one of each partition in turn, wait for none.
        int partition = fitSoFar++ % Pipeline.PARTITIONS;
        inputs.add(new Input("" + i, partition, CODEC.encode(example), null));
      } else {
        int partition = random.nextInt(Pipeline.PARTITIONS);
        inputs.add(new Input("" + i, partition, flaw.spoil(example, random), flaw));
      }
    }
    return List.copyOf(inputs);
  }

  /** A fit example; every third has no label. */
  static Example example(String id, Random random) {
    ByteBuffer features =
        ByteBuffer.allocate(FEATURES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (features.hasRemaining()) {
      features.putFloat((float) random.nextGaussian());
    }
    int label = random.nextInt(CLASSES * 3 / 2);
    return new Example(
        id,
        features.flip(),
        FeatureType.F32,
        label < CLASSES ? label : null,
        random.nextFloat(),
        Instant.ofEpochMilli(1_600_000_000_000L + random.nextInt(1_000_000)));
  }
}
