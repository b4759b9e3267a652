package io.streamdistill.student.step;

import static io.streamdistill.config.Require.require;

import io.streamdistill.student.objective.ObjectiveConfig;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides how a network is trained. */
public final class StudentSteps {

  private static final Logger LOG = LoggerFactory.getLogger(StudentSteps.class);

  private StudentSteps() {}

  /**
   * The lean step for a stack of dense ReLU layers with one plain optimizer on a CPU, DL4J's own
   * path for everything else.
   *
   * @param network from {@link StudentNetworks}; the step trains it in place
   * @param batchSize most records of one step, at least 1
   */
  public static StudentStep forNetwork(
      MultiLayerNetwork network, ObjectiveConfig objective, int batchSize) {
    require(batchSize >= 1, "student.batch-size must be >= 1, got %s", batchSize);
    StudentStep step =
        Nd4j.getEnvironment().isCPU() && DenseStack.describes(network)
            ? new LeanStep(network, objective, batchSize)
            : new Dl4jStep(network, objective, batchSize);
    LOG.info(
        "training {} parameters with the {} step, batches of {}",
        network.numParams(),
        step.label(),
        batchSize);
    return step;
  }
}
