package io.streamdistill.engine.cuda;

import io.streamdistill.engine.RowBatch;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Features;
import io.streamdistill.records.Standardisation;
import io.streamdistill.records.Target;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** Rows that are decoded on the CPU. */
final class CpuRows implements RowBatch {

  private final Features features;
  private final int length;
  private final FloatBuffer decoded;

  CpuRows(FeatureContract contract, @Nullable Standardisation standardisation, int floats) {
    features = new Features(contract, standardisation);
    length = contract.length();
    decoded = FloatBuffer.allocate(floats);
  }

  float[] floats() {
    return decoded.array();
  }

  @Override
  public int capacity() {
    return decoded.capacity() / length;
  }

  @Override
  public void put(int row, Target target, double[] logProbabilities) {
    decoded.position(row * length);
    var unused = features.decode(target.example().features(), decoded);
  }

  @Override
  public void copy(int row, RowBatch from, int fromRow) {
    throw new UnsupportedOperationException();
  }
}
