package io.streamdistill.engine.dl4j;

import io.streamdistill.engine.export.Answers;
import io.streamdistill.engine.export.ModelFeatures;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a network itself says to features, by DL4J's own forward pass. */
final class NetworkAnswers {

  private NetworkAnswers() {}

  static Answers of(MultiLayerNetwork network, ModelFeatures features) {
    INDArray x =
        Nd4j.createFromArray(features.values())
            .reshape(features.records(), features.contract().featureLength());
    return new Answers(features, logits(network, x).dup('c').data().asFloat());
  }

  /** The network's own logits (records, classes), whatever the activation of its last layer. */
  private static INDArray logits(MultiLayerNetwork network, INDArray x) {
    int last = network.getnLayers() - 1;
    INDArray h = last == 0 ? x : network.feedForwardToLayer(last - 1, x).get(last);
    InputPreProcessor preprocessor = network.getLayerWiseConfigurations().getInputPreProcess(last);
    if (preprocessor != null) {
      int records = Math.toIntExact(x.size(0));
      h = preprocessor.preProcess(h, records, LayerWorkspaceMgr.noWorkspaces());
    }
    if (network.getLayer(last).conf().getLayer() instanceof LossLayer) {
      return h;
    }
    INDArray z = h.mmul(network.getLayer(last).getParam("W")); // (records, classes)
    INDArray b = network.getLayer(last).paramTable().get("b"); // (1, classes)
    return b == null ? z : z.addiRowVector(b);
  }
}
