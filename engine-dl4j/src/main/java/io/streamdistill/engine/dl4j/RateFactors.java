package io.streamdistill.engine.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/** What another learning rate of the output layer leaves as it is. */
final class RateFactors {

  private RateFactors() {}

  /** In DL4J, decay goes with a layer's rate: its coefficient is divided by what that is raised. */
  static void keepWeightDecay(MultiLayerNetwork network, float rateFactor) {
    BaseLayer output = (BaseLayer) network.getOutputLayer().conf().getLayer();
    List<Regularization> regularization = output.getRegularization();
    if (rateFactor == 1 || regularization == null) {
      return;
    }
    List<Regularization> kept = new ArrayList<>();
    for (Regularization one : regularization) {
      kept.add(
          one instanceof WeightDecay decay && decay.isApplyLR()
              ? new WeightDecay(decay.getCoeff().valueAt(0, 0) / rateFactor, true)
              : one);
    }
    output.setRegularization(kept);
  }
}
