package io.streamdistill.teacher.onnx;

import io.streamdistill.records.FeatureContract;
import io.streamdistill.teacher.engine.FeatureBatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Random features to try a model with: a full batch, and a few of its rows in another order.
 *
 * @param all a full batch
 * @param some the last rows of {@code all}, last first
 */
record TrialFeatures(FeatureBatch all, FeatureBatch some) {

  private static final int SOME_ROWS = 3;

  /** 1 as a float16; what is below as bits is in [0, 1). */
  private static final int F16_ONE = 0x3C00;

  /** Which random features; indices into a vocabulary, for one, must not be large. */
  private enum Features {
    /** Any byte, or any number in [0, 1). */
    ANY,
    /** 0 and 1. */
    BITS,
    ZEROS
  }

  /** Features of several kinds, one of which a model takes, most telling first; always the same. */
  static List<Supplier<TrialFeatures>> several(FeatureContract contract, int batchSize) {
    return Arrays.stream(Features.values())
        .<Supplier<TrialFeatures>>map(kind -> () -> of(contract, batchSize, kind))
        .toList();
  }

  private static TrialFeatures of(FeatureContract contract, int batchSize, Features kind) {
    Random random = new Random(1);
    ByteBuffer[] rows = new ByteBuffer[batchSize];
    FeatureBatch all = FeatureBatch.madeUp(contract, batchSize);
    for (int row = 0; row < batchSize; row++) {
      rows[row] = features(contract, kind, random);
      all.add(rows[row]);
    }
    int few = Math.min(SOME_ROWS, batchSize);
    FeatureBatch some = FeatureBatch.madeUp(contract, few);
    for (int row = 0; row < few; row++) {
      some.add(rows[batchSize - 1 - row]);
    }
    return new TrialFeatures(all, some);
  }

  private static ByteBuffer features(FeatureContract contract, Features kind, Random random) {
    ByteBuffer wire = ByteBuffer.allocate(contract.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    while (wire.hasRemaining()) {
      boolean any = kind == Features.ANY;
      int bit = kind == Features.BITS ? random.nextInt(2) : 0;
      switch (contract.type()) {
        case U8 -> wire.put((byte) (any ? random.nextInt(256) : bit));
        case F16 -> wire.putShort((short) (any ? random.nextInt(F16_ONE) : bit * F16_ONE));
        case F32 -> wire.putFloat(any ? random.nextFloat() : bit);
      }
    }
    return wire.flip();
  }
}
