package io.streamdistill.engine.dl4j;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The matrices of one forward and backward pass over a number of rows, without their input. */
final class LeanBatch {

  /** A (rows, units) matrix in 'f' order, as BLAS, as Java and as bit patterns see it. */
  record Matrix(INDArray array, FloatBuffer floats, IntBuffer bits) {

    private static Matrix of(INDArray array) {
      return new Matrix(array, NativeFloats.of(array), NativeFloats.bitsOf(array));
    }

    /** Fewer rows in the start of the same memory; still without gaps between columns. */
    private Matrix head(int rows) {
      return of(NativeFloats.head(array, rows, array.size(1)));
    }
  }

  private final int rows;
  private final List<Matrix> outputs; // per layer, (rows, out): h, and logits for the last
  private final List<Matrix> deltas; // per layer, (rows, out): dLoss/dz

  private LeanBatch(int rows, List<Matrix> outputs, List<Matrix> deltas) {
    this.rows = rows;
    this.outputs = List.copyOf(outputs);
    this.deltas = List.copyOf(deltas);
  }

  static LeanBatch allocate(int rows, List<DenseStack.Layer> layers) {
    List<Matrix> outputs = new ArrayList<>();
    List<Matrix> deltas = new ArrayList<>();
    for (DenseStack.Layer layer : layers) {
      outputs.add(Matrix.of(NativeFloats.allocate(rows, layer.out(), 'f')));
      deltas.add(Matrix.of(NativeFloats.allocate(rows, layer.out(), 'f')));
    }
    return new LeanBatch(rows, outputs, deltas);
  }

  /** The pass over the first {@code rows} records, in the memory of this one. */
  LeanBatch head(int rows) {
    return new LeanBatch(
        rows,
        outputs.stream().map(matrix -> matrix.head(rows)).toList(),
        deltas.stream().map(matrix -> matrix.head(rows)).toList());
  }

  int rows() {
    return rows;
  }

  /** What layer {@code l} puts out, (rows, out). */
  Matrix output(int l) {
    return outputs.get(l);
  }

  /** The gradient with respect to {@code z} of layer {@code l}, (rows, out). */
  Matrix delta(int l) {
    return deltas.get(l);
  }
}
