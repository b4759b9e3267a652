package io.streamdistill.engine.cuda;

import io.streamdistill.engine.cuda.device.Arena;
import io.streamdistill.engine.cuda.device.DeviceMemory;
import io.streamdistill.engine.cuda.device.Matrix;
import java.util.ArrayList;
import java.util.List;

/** What a student and its steps take on the device. Matrices are column-major, (units, rows). */
final class StepMemory {

  /** Rows whose bias gradients one thread adds up; as in {@code kernels/students.cu}. */
  static final int CHUNK = 16;

  final DeviceMemory parameters; // (parameters), as the next two
  final DeviceMemory gradient;
  final DeviceMemory state; // (states of the optimizer, parameters)
  final DeviceMemory control; // (4) doubles
  final DeviceMemory result; // (Results.COUNT) doubles
  final DeviceMemory rowSums; // (rows, Results.SUMS) doubles
  final DeviceMemory unitSums; // (units, chunks) doubles
  final DeviceMemory ends; // (layers, 2) longs
  final DeviceMemory biasPlaces; // (units) longs
  final DeviceMemory alive; // (units) ints
  final DeviceMemory input; // (features, rows)
  private final List<DeviceMemory> outputs = new ArrayList<>(); // per layer, (out, rows)
  private final List<DeviceMemory> deltas = new ArrayList<>(); // per layer, (out, rows)
  private final DenseShape shape;

  StepMemory(Arena arena, DenseShape shape, int states, int rows) {
    this.shape = shape;
    int units = shape.units();
    parameters = arena.allocate((long) shape.parameters() * Float.BYTES);
    gradient = arena.allocate(parameters.bytes());
    state = arena.allocate(states * parameters.bytes());
    control = arena.allocate(4 * Double.BYTES);
    result = arena.allocate(Results.COUNT * Double.BYTES);
    rowSums = arena.allocate((long) rows * Results.SUMS * Double.BYTES);
    unitSums = arena.allocate((long) chunks(rows) * units * Double.BYTES);
    ends = arena.copyOf(shape.ends());
    biasPlaces = arena.copyOf(shape.biasPlaces());
    alive = arena.allocate((long) units * Integer.BYTES);
    input = arena.allocate((long) shape.features() * rows * Float.BYTES);
    for (DenseShape.Layer layer : shape.layers()) {
      outputs.add(arena.allocate((long) layer.out() * rows * Float.BYTES));
      deltas.add(arena.allocate((long) layer.out() * rows * Float.BYTES));
    }
  }

  static int chunks(int rows) {
    return (rows + CHUNK - 1) / CHUNK;
  }

  /** What layer {@code l} reads, (in, rows). */
  Matrix inputOf(int l, int rows) {
    return l == 0 ? new Matrix(input.address(), shape.features(), rows) : output(l - 1, rows);
  }

  /** What layer {@code l} gives, (out, rows); of the last, the logits. */
  Matrix output(int l, int rows) {
    return new Matrix(outputs.get(l).address(), shape.layers().get(l).out(), rows);
  }

  /** The gradient of what layer {@code l} gives before it is rectified, (out, rows). */
  Matrix delta(int l, int rows) {
    return new Matrix(deltas.get(l).address(), shape.layers().get(l).out(), rows);
  }

  /** W of layer {@code l}, (in, out). */
  Matrix weights(int l) {
    return ofLayer(parameters, l);
  }

  /** The gradient of W of layer {@code l}, (in, out). */
  Matrix weightGradient(int l) {
    return ofLayer(gradient, l);
  }

  private Matrix ofLayer(DeviceMemory memory, int l) {
    DenseShape.Layer layer = shape.layers().get(l);
    return new Matrix(
        memory.address() + (long) layer.weightsAt() * Float.BYTES, layer.in(), layer.out());
  }

  /** Address of b of layer {@code l}, (out). */
  long bias(int l) {
    return parameters.address() + (long) shape.layers().get(l).biasAt() * Float.BYTES;
  }

  /** The logits. */
  DeviceMemory logits() {
    return outputs.get(outputs.size() - 1);
  }
}
