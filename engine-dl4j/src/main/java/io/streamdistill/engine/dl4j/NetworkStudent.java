package io.streamdistill.engine.dl4j;

import io.streamdistill.engine.FlatSnapshot;
import io.streamdistill.engine.OutputScale;
import io.streamdistill.engine.PendingLoss;
import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.Weight;
import io.streamdistill.engine.export.ModelFeatures;
import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.Objective;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.factory.Nd4j;

/** A network of DL4J as a student, and the step that trains it. */
final class NetworkStudent implements TrainableStudent {

  /** Makes the step that a network is trained by. */
  @FunctionalInterface
  interface Steps {

    /** The lean step for what it knows, on a CPU; DL4J's own path for everything else. */
    Steps SUITABLE =
        (state, objective, batchSize, outputFactor) ->
            Nd4j.getEnvironment().isCPU() && DenseStack.describes(state.network())
                ? new LeanStep(state, objective, batchSize, outputFactor)
                : new Dl4jStep(state, objective, batchSize, outputFactor);

    Step of(NetworkState state, Objective objective, int batchSize, float outputFactor);
  }

  private final NetworkState state;
  private final TrainingSetup setup;
  private final int classes;
  private final WeightTable weights;
  private final Step step;
  private boolean closed;

  NetworkStudent(NetworkPlan plan, MultiLayerNetwork network, TrainingSetup setup, Steps steps) {
    this.setup = setup;
    classes = plan.student().classes();
    if (setup.firstOutputs() != 1) {
      network.getOutputLayer().getParam("W").muli(setup.firstOutputs());
    }
    state = new NetworkState(network);
    weights = WeightTable.of(network);
    step =
        steps.of(
            state,
            setup.objective().objective(classes),
            setup.batchSize(),
            OutputScale.rateFactor(plan.student().optimizer(), setup.objective().logitScale()));
  }

  MultiLayerNetwork network() {
    return state.network();
  }

  @Override
  public String label() {
    return step.label();
  }

  @Override
  public RowBatch newBatch() {
    return new DecodedRows(setup, classes);
  }

  @Override
  public PendingLoss train(RowBatch batch, int rows, double learningRate) {
    DecodedRows records = checked(batch, rows);
    if (!records.areFinite(rows)) {
      return PendingLoss.of(BatchLoss.notFinite(rows));
    }
    BatchLoss loss = step.train(records, rows, learningRate, steps());
    if (loss.isFinite()) {
      state.advance();
    }
    return PendingLoss.of(loss);
  }

  @Override
  public BatchLoss evaluate(RowBatch batch, int rows) {
    DecodedRows records = checked(batch, rows);
    return records.areFinite(rows) ? step.evaluate(records, rows) : BatchLoss.notFinite(rows);
  }

  private DecodedRows checked(RowBatch batch, int rows) {
    requireOpen();
    if (rows < 1 || rows > setup.batchSize()) {
      throw new IllegalArgumentException(
          "rows must be in [1, %d], got %d".formatted(setup.batchSize(), rows));
    }
    return DecodedRows.of(batch);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this student is closed");
    }
  }

  @Override
  public double deadUnits() {
    return step.deadUnits();
  }

  @Override
  public int steps() {
    return state.iteration();
  }

  @Override
  public SortedMap<String, List<Long>> shapes() {
    return weights.shapes();
  }

  @Override
  public StudentSnapshot snapshot(ModelFeatures asked) {
    return new FlatSnapshot(
        weights::read,
        state.parameters(),
        state.optimizerState(),
        steps(),
        NetworkAnswers.of(network(), asked));
  }

  @Override
  public void restore(Map<String, Weight> saved, float[] optimizerState, int steps) {
    weights.requireFit(saved);
    state.restore(optimizerState, steps);
    weights.write(saved);
  }

  @Override
  public void begin(Map<String, Weight> saved) {
    weights.requireFit(saved);
    state.begin();
    weights.write(saved);
  }

  @Override
  public void close() {
    closed = true; // the memory goes when the collector finds it unused, never under a reader
  }
}
