package io.streamdistill.engine.cuda;

import io.streamdistill.engine.FlatSnapshot;
import io.streamdistill.engine.OutputScale;
import io.streamdistill.engine.PendingLoss;
import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.Weight;
import io.streamdistill.engine.cuda.device.Arena;
import io.streamdistill.engine.cuda.device.Device;
import io.streamdistill.engine.export.ModelFeatures;
import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.DistillationConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** A dense student in the memory of a device, which goes when the student is closed. */
final class DeviceStudent implements TrainableStudent {

  private final Device device;
  private final Arena arena;
  private final TrainingSetup setup;
  private final DenseShape shape;
  private final NamedWeights named;
  private final StepMemory memory;
  private final DeviceStep step;
  private final List<StepSlot> slots = new ArrayList<>(); // of all batches
  private final int states; // floats of optimizer state, all of them
  private int steps; // that the optimizer had taken before the latest
  private StepSlot.@Nullable Loss latest; // null: `steps` is right
  private int lastRows; // whose activations are on the device; 0 without any
  private double dead; // NaN: to be found out
  private boolean closed;

  /** The device is the student's own, and closed with it. */
  DeviceStudent(
      StudentSpec student,
      DenseShape shape,
      TrainingSetup setup,
      DistillationConfig objective,
      Device device) {
    this.device = device;
    this.setup = setup;
    this.shape = shape;
    arena = new Arena(device);
    named = new NamedWeights(shape);
    Rates rates = Rates.of(student.optimizer());
    states = Math.multiplyExact(rates.states(), shape.parameters());
    memory = new StepMemory(arena, shape, rates.states(), setup.batchSize());
    step =
        new DeviceStep(
            device,
            memory,
            shape,
            new Decoding(arena, setup),
            objective,
            rates,
            OutputScale.rateFactor(student.optimizer(), objective.logitScale()));
    arena.write(memory.parameters, FirstWeights.of(shape, student.seed(), setup.firstOutputs()));
  }

  @Override
  public String label() {
    return device.label();
  }

  @Override
  public RowBatch newBatch() {
    requireOpen();
    DeviceRows rows = new DeviceRows(arena, setup, shape.classes());
    slots.add(rows.slot());
    return rows;
  }

  @Override
  public PendingLoss train(RowBatch batch, int rows, double learningRate) {
    DeviceRows records = checked(batch, rows);
    if (!records.areFinite(rows)) {
      return PendingLoss.of(BatchLoss.notFinite(rows));
    }
    latest = records.slot().train(step, memory, records, rows, (float) learningRate);
    moved(rows);
    return latest;
  }

  @Override
  public BatchLoss evaluate(RowBatch batch, int rows) {
    DeviceRows records = checked(batch, rows);
    if (!records.areFinite(rows)) {
      return BatchLoss.notFinite(rows);
    }
    settle();
    BatchLoss loss = records.slot().evaluate(step, memory, records, rows);
    moved(rows);
    return loss;
  }

  private void moved(int rows) {
    lastRows = rows;
    dead = Double.NaN;
  }

  private DeviceRows checked(RowBatch batch, int rows) {
    requireOpen();
    if (rows < 1 || rows > setup.batchSize()) {
      throw new IllegalArgumentException(
          "rows must be in [1, %d], got %d".formatted(setup.batchSize(), rows));
    }
    DeviceRows records = DeviceRows.of(batch);
    if (!records.isOf(arena)) {
      throw new IllegalArgumentException("rows of another student");
    }
    return records;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this student is closed");
    }
  }

  @Override
  public double deadUnits() {
    requireOpen();
    if (lastRows > 0 && Double.isNaN(dead)) {
      step.alive(lastRows);
      dead = largestDeadShare(arena.readInts(memory.alive, shape.units()));
    }
    return dead;
  }

  private double largestDeadShare(int[] alive) {
    double largest = 0;
    int at = 0;
    for (DenseShape.Layer layer : shape.layers().subList(0, shape.layers().size() - 1)) {
      int living = Arrays.stream(alive, at, at + layer.out()).sum();
      largest = Math.max(largest, (double) (layer.out() - living) / layer.out());
      at += layer.out();
    }
    return largest;
  }

  @Override
  public int steps() {
    settle();
    return steps;
  }

  private void settle() {
    if (latest != null) {
      steps = latest.steps();
      latest = null;
    }
  }

  @Override
  public SortedMap<String, List<Long>> shapes() {
    return named.shapes();
  }

  @Override
  public StudentSnapshot snapshot(ModelFeatures asked) {
    requireOpen();
    var unused = deadUnits(); // the answers overwrite the activations
    DeviceAnswers answers = new DeviceAnswers(arena, memory, step, shape);
    return new FlatSnapshot(
        named::read,
        arena.readFloats(memory.parameters, shape.parameters()),
        arena.readFloats(memory.state, states),
        steps(),
        answers.of(asked, setup.batchSize()));
  }

  @Override
  public void restore(Map<String, Weight> weights, float[] optimizerState, int taken) {
    requireOpen();
    float[] parameters = named.flat(weights);
    if (optimizerState.length != states) {
      throw new IllegalArgumentException(
          "optimizer state: got %d floats, this network has %d"
              .formatted(optimizerState.length, states));
    }
    if (taken < 0) {
      throw new IllegalArgumentException("steps must be >= 0, got " + taken);
    }
    settle();
    arena.write(memory.parameters, parameters);
    arena.write(memory.state, optimizerState);
    arena.write(memory.control, new double[] {0, taken, 0, 0});
    steps = taken;
  }

  @Override
  public void begin(Map<String, Weight> weights) {
    restore(weights, new float[states], 0);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      slots.forEach(StepSlot::close);
      settle();
    } finally {
      try {
        arena.close();
      } finally {
        device.close();
      }
    }
  }
}
