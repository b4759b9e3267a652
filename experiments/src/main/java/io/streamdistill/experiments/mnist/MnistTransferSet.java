package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.TransferSet;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.data.IdxFile;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Images of a training set, once or in copies that are shifted by up to some pixels.
 *
 * @param data the set
 * @param items which of its images, in their order
 * @param copies of each; 1 is the image as it is
 * @param jitter largest shift of a copy along each axis, pixels
 * @param seed of the shifts
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record MnistTransferSet(MnistData data, int[] items, int copies, int jitter, long seed)
    implements TransferSet {

  /** Some of the images as they are. */
  static MnistTransferSet plain(MnistData data, int count, IntPredicate ofLabel) {
    IdxFile labels = data.labels();
    return new MnistTransferSet(
        data,
        IntStream.range(0, count).filter(i -> ofLabel.test(labels.value(i, 0))).toArray(),
        1,
        0,
        0);
  }

  @Override
  public long count() {
    return (long) items.length * copies;
  }

  @Override
  public Example example(long index) {
    int item = items[(int) (index % items.length)];
    byte[] pixels = data.images().item(item);
    if (jitter > 0) {
      SplittableRandom random = new SplittableRandom(seed * 1_000_003 + index);
      pixels = shifted(pixels, shift(random), shift(random));
    }
    return new Example(
        "train-" + item + (copies == 1 ? "" : "#" + index / items.length),
        ByteBuffer.wrap(pixels),
        FeatureType.U8,
        data.labels().value(item, 0),
        1f,
        Instant.EPOCH);
  }

  private int shift(SplittableRandom random) {
    return random.nextInt(-jitter, jitter + 1);
  }

  private static byte[] shifted(byte[] pixels, int right, int down) {
    int side = JitteredImages.SIDE;
    byte[] shifted = new byte[pixels.length];
    for (int y = Math.max(0, down); y < Math.min(side, side + down); y++) {
      int from = Math.max(0, right);
      int length = side - Math.abs(right);
      System.arraycopy(pixels, (y - down) * side + from - right, shifted, y * side + from, length);
    }
    return shifted;
  }
}
