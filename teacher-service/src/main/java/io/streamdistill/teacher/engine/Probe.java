package io.streamdistill.teacher.engine;

import io.streamdistill.core.transfer.FeatureContract;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random features to try a model with: a full batch, and a few of its rows in another order.
 *
 * @param all a full batch
 * @param some the last rows of {@code all}, last first
 */
public record Probe(FeatureBatch all, FeatureBatch some) {

  private static final Logger log = LoggerFactory.getLogger(Probe.class);

  private static final int SOME_ROWS = 3;
  private static final double SUM_TOLERANCE = 1e-3;

  /** Makes a probe; the same one for the same contract and batch size. */
  public static Probe of(FeatureContract contract, int batchSize) {
    Random random = new Random(1);
    ByteBuffer[] rows = new ByteBuffer[batchSize];
    FeatureBatch all = new FeatureBatch(contract, batchSize);
    for (int row = 0; row < batchSize; row++) {
      rows[row] = features(contract, random);
      all.add(rows[row]);
    }
    FeatureBatch some = new FeatureBatch(contract, batchSize);
    for (int row = 0; row < Math.min(SOME_ROWS, batchSize); row++) {
      some.add(rows[batchSize - 1 - row]);
    }
    return new Probe(all, some);
  }

  private static ByteBuffer features(FeatureContract contract, Random random) {
    ByteBuffer wire = ByteBuffer.allocate(contract.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    while (wire.hasRemaining()) {
      switch (contract.type()) {
        case U8 -> wire.put((byte) random.nextInt(256));
        case F16 -> wire.putShort((short) random.nextInt(0x3C00)); // any half in [0, 1)
        case F32 -> wire.putFloat(random.nextFloat());
      }
    }
    return wire.flip();
  }

  /** How long {@code teacher}, already tried, takes for a full batch. */
  public Duration time(Teacher teacher) {
    double[][] out = new double[all.rows()][teacher.classes()];
    long start = System.nanoTime();
    try {
      teacher.score(all, 1, out);
    } catch (TeacherException e) {
      log.debug("random features are nothing that the teacher was made for", e);
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /**
   * Picks the rows of {@link #some}.
   *
   * @param full (batch size, classes)
   * @return (rows of some, classes)
   */
  float[] someOf(float[] full, int classes) {
    float[] picked = new float[some.rows() * classes];
    for (int row = 0; row < some.rows(); row++) {
      System.arraycopy(full, (all.rows() - 1 - row) * classes, picked, row * classes, classes);
    }
    return picked;
  }

  /** Whether every row of {@code outputs} (rows, classes) is a distribution. */
  static boolean sumToOne(float[] outputs, int classes) {
    for (int from = 0; from < outputs.length; from += classes) {
      double sum = 0;
      for (float value : Arrays.copyOfRange(outputs, from, from + classes)) {
        if (!(value >= 0 && value <= 1)) {
          return false;
        }
        sum += value;
      }
      if (Math.abs(sum - 1) > SUM_TOLERANCE) {
        return false;
      }
    }
    return true;
  }
}
