package io.streamdistill.student.step;

import io.streamdistill.student.objective.ObjectiveConfig;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

final class Dl4jStepTest extends StudentStepContract {

  @Override
  StudentStep newStep(
      OptimizerConfig optimizer, ObjectiveConfig objective, int batchSize, long seed) {
    MultiLayerNetwork network = StudentNetworks.dense(20, List.of(24, 16), 5, optimizer, seed);
    OutputScale.initialise(network, objective.logitScale());
    return new Dl4jStep(network, objective, batchSize);
  }
}
