package io.streamdistill.benchmarks.step;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The matrix products that a training step of L dense layers cannot do without, 3L-1 of them, and
 * nothing else: forward and weight gradient of every layer, and the input gradient of every layer
 * but the first. Through the same BLAS as the step, in the same memory orders, on matrices of the
 * same sizes.
 */
public final class StepFloor implements Runnable {

  /** C = op(A) op(B). */
  private record Gemm(INDArray a, INDArray b, INDArray c, boolean transA, boolean transB) {}

  private final List<Gemm> gemms = new ArrayList<>();

  /** Allocates the matrices of a shape. */
  public StepFloor(StepShape shape) {
    List<Integer> units = shape.units();
    int batch = shape.batch();
    INDArray in = Nd4j.rand(DataType.FLOAT, batch, shape.inputs()); // 'c', as records come
    for (int l = 1; l < units.size(); l++) {
      INDArray weights = matrix(units.get(l - 1), units.get(l));
      INDArray out = matrix(batch, units.get(l));
      INDArray delta = matrix(batch, units.get(l));
      gemms.add(new Gemm(in, weights, out, false, false));
      gemms.add(new Gemm(in, delta, matrix(units.get(l - 1), units.get(l)), true, false));
      if (l > 1) {
        gemms.add(new Gemm(delta, weights, matrix(batch, units.get(l - 1)), false, true));
      }
      in = matrix(batch, units.get(l));
    }
  }

  private static INDArray matrix(int rows, int columns) {
    return Nd4j.rand(DataType.FLOAT, columns, rows).transpose(); // 'f' order, like a network's
  }

  @Override
  public void run() {
    for (Gemm g : gemms) {
      Nd4j.gemm(g.a(), g.b(), g.c(), g.transA(), g.transB(), 1, 0);
    }
  }
}
