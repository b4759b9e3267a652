package io.streamdistill.student.step;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/**
 * Trains the output layer in units of the teacher's logits, so that no teacher is too loud or too
 * quiet for a learning rate.
 *
 * <p>A net whose logits are {@code z = s u}, with {@code u} of order 1, learns from every teacher
 * alike when the loss is divided by s^2. Here s is part of the output layer's own weights, {@code
 * W_z = s W_u}, so that the network gives logits as it is. What an optimizer would have done to
 * {@code W_u} is then done to {@code W_z} at another rate: times s for Adam, whose steps do not
 * depend on the length of the gradient; times s^2 for those whose steps do.
 */
public final class OutputScale {

  private OutputScale() {}

  /** What the learning rate of the output layer is multiplied by at the logit scale s. */
  static float rateFactor(MultiLayerNetwork network, double logitScale) {
    boolean adam = output(network).getIUpdater() instanceof Adam;
    return (float) (adam ? logitScale : logitScale * logitScale);
  }

  /** Brings the first logits of a network that has taken no step to the scale s. */
  public static void initialise(MultiLayerNetwork network, double logitScale) {
    if (logitScale != 1) {
      network.getOutputLayer().getParam("W").muli(logitScale);
    }
  }

  /** In DL4J, decay goes with a layer's rate: its coefficient is divided by what that is raised. */
  static void keepWeightDecay(MultiLayerNetwork network, float rateFactor) {
    List<Regularization> regularization = output(network).getRegularization();
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
    output(network).setRegularization(kept);
  }

  static BaseLayer output(MultiLayerNetwork network) {
    return (BaseLayer) network.getOutputLayer().conf().getLayer();
  }
}
