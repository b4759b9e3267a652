package io.streamdistill.engine;

import static io.streamdistill.config.Require.require;

import io.streamdistill.engine.objective.ObjectiveConfig;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Standardisation;
import org.jspecify.annotations.Nullable;

/**
 * What a student is trained with.
 *
 * @param features what its rows hold on the wire
 * @param standardisation how it sees them; null: as the contract says
 * @param objective what is minimised
 * @param batchSize most rows of one step, at least 1
 * @param firstOutputs what the initial weights of the output layer are multiplied by; 1 leaves them
 */
public record TrainingSetup(
    FeatureContract features,
    @Nullable Standardisation standardisation,
    ObjectiveConfig objective,
    int batchSize,
    double firstOutputs) {

  /** Validates. */
  public TrainingSetup {
    require(batchSize >= 1, "student.batch-size must be >= 1, got %s", batchSize);
  }
}
