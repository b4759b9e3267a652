package io.streamdistill.engine.cuda;

import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.cuda.device.Arena;
import io.streamdistill.engine.cuda.device.Device;
import io.streamdistill.engine.cuda.device.DeviceMemory;
import io.streamdistill.engine.cuda.device.HostMemory;
import io.streamdistill.engine.objective.TargetBatch;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Features;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.Float16;
import io.streamdistill.records.target.TargetCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * Rows as they go to the device: bytes as bytes, everything else as floats; scaled there. They stay
 * there, and go again only when one of them was written.
 */
final class DeviceRows implements RowBatch {

  private final Arena arena; // of the student
  private final Features features;
  private final FeatureContract contract;
  private final double temperature;
  private final int capacity;
  private final int classes;
  private final int rowBytes; // of features, as they go to the device
  private final int labelsAt; // after the targets
  private final int weightsAt;
  private final int featuresAt;
  private final ByteBuffer bytes;
  private final HostMemory host;
  private final DeviceMemory device;
  private final BitSet notFinite = new BitSet(); // rows that no step may learn from
  private final double[] moved; // (classes), log-probabilities at the temperature of the objective
  private final StepSlot slot;
  private int uploaded; // rows that are on the device as they are here

  DeviceRows(Arena arena, TrainingSetup setup, int classes) {
    this.arena = arena;
    this.classes = classes;
    contract = setup.features();
    features = new Features(contract, setup.standardisation());
    temperature = setup.objective().temperature();
    capacity = setup.batchSize();
    rowBytes =
        Math.multiplyExact(contract.length(), contract.type() == FeatureType.U8 ? 1 : Float.BYTES);
    labelsAt = Math.multiplyExact(Math.multiplyExact(capacity, classes), Float.BYTES);
    weightsAt = Math.addExact(labelsAt, capacity * Integer.BYTES);
    featuresAt = Math.addExact(weightsAt, capacity * Float.BYTES);
    long all = featuresAt + (long) capacity * rowBytes;
    host = arena.device().allocateHost(all);
    bytes = host.buffer();
    device = arena.allocate(all);
    moved = new double[classes];
    slot = new StepSlot(arena);
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public void put(int row, Target target, double[] logProbabilities) {
    uploaded = Math.min(uploaded, row);
    Integer label = target.example().label();
    putTarget(row, label == null ? TargetBatch.UNLABELLED : label, target.example().weight());
    notFinite.set(row, !features.allFinite(target.example().features()));
    putFeatures(row, target.example().features());
    System.arraycopy(logProbabilities, 0, moved, 0, classes);
    TargetCodec.retemper(moved, target.answer().temperature(), temperature);
    for (int k = 0; k < classes; k++) {
      bytes.putFloat((row * classes + k) * Float.BYTES, (float) Math.exp(moved[k]));
    }
  }

  private void putTarget(int row, int label, float weight) {
    if (label < TargetBatch.UNLABELLED || label >= classes) {
      throw new IllegalArgumentException(
          "row %d: label %d is outside [0, %d)".formatted(row, label, classes));
    }
    if (!(weight >= 0)) {
      throw new IllegalArgumentException(
          "row %d: weight must be >= 0, got %s".formatted(row, weight));
    }
    bytes.putInt(labelsAt + row * Integer.BYTES, label);
    bytes.putFloat(weightsAt + row * Float.BYTES, weight);
  }

  private void putFeatures(int row, ByteBuffer wire) {
    if (wire.remaining() != contract.bytes()) {
      throw new IllegalArgumentException(
          "features have %d bytes, the contract says %d"
              .formatted(wire.remaining(), contract.bytes()));
    }
    int at = featuresAt + row * rowBytes;
    if (contract.type() != FeatureType.F16) {
      bytes.put(at, wire, wire.position(), rowBytes);
      return;
    }
    ByteBuffer halves = wire.slice().order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < contract.length(); i++) {
      bytes.putFloat(at + i * Float.BYTES, Float16.toFloat(halves.getShort(2 * i)));
    }
  }

  @Override
  public void copy(int row, RowBatch from, int fromRow) {
    DeviceRows other = of(from);
    if (!other.isOf(arena)) {
      throw new IllegalArgumentException("rows of another student");
    }
    copy(
        row * classes * Float.BYTES, other, fromRow * classes * Float.BYTES, classes * Float.BYTES);
    bytes.putInt(
        labelsAt + row * Integer.BYTES, other.bytes.getInt(labelsAt + fromRow * Integer.BYTES));
    bytes.putFloat(
        weightsAt + row * Float.BYTES, other.bytes.getFloat(weightsAt + fromRow * Float.BYTES));
    copy(featuresAt + row * rowBytes, other, featuresAt + fromRow * rowBytes, rowBytes);
    notFinite.set(row, other.notFinite.get(fromRow));
    uploaded = Math.min(uploaded, row);
  }

  private void copy(int to, DeviceRows other, int from, int length) {
    bytes.put(to, other.bytes, from, length);
  }

  /** Rows of a student on a device. */
  static DeviceRows of(RowBatch batch) {
    if (batch instanceof DeviceRows rows) {
      return rows;
    }
    throw new IllegalArgumentException("rows of another engine: " + batch.getClass().getName());
  }

  /** Whether they are of the student with this memory. */
  boolean isOf(Arena other) {
    return arena == other;
  }

  /** Whether the features of the first rows are. */
  boolean areFinite(int rows) {
    int first = notFinite.nextSetBit(0);
    return first < 0 || first >= rows;
  }

  /** Queues the copy of the first rows, unless they are there; no step on them is queued. */
  void upload(int rows) {
    if (uploaded < rows) {
      arena.device().uploadAhead(device, host, featuresAt + (long) rows * rowBytes);
      uploaded = rows;
    }
  }

  /** What steps on them get and give. */
  StepSlot slot() {
    return slot;
  }

  Device device() {
    return arena.device();
  }

  long targets() {
    return device.address();
  }

  long labels() {
    return device.address() + labelsAt;
  }

  long weights() {
    return device.address() + weightsAt;
  }

  long features() {
    return device.address() + featuresAt;
  }
}
