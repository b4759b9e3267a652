package io.streamdistill.engine.dl4j.onnx;

import io.streamdistill.engine.Weight;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.OnnxExport;
import io.streamdistill.onnx.graph.OnnxExportException;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;

/** Writes networks of DL4J as ONNX. */
public final class NetworkExport {

  private NetworkExport() {}

  /**
   * Checks that a network of this configuration can be exported; call it before training starts.
   *
   * @throws OnnxExportException if it cannot; the message names the layer
   */
  public static void requireExportable(MultiLayerConfiguration configuration) {
    var unused = LayerExport.plan(configuration, OnnxExport.LOGITS);
  }

  /**
   * Returns a network as the bytes of an {@code .onnx} file.
   *
   * @param weights keyed as DL4J does: {@code 0_W}
   * @param biasShift (classes) added to the logits; null for none
   * @throws OnnxExportException if the network has a layer without an ONNX form, or does not fit
   *     the contract
   */
  public static byte[] export(
      MultiLayerConfiguration configuration,
      Map<String, Weight> weights,
      ExportContract contract,
      double @Nullable [] biasShift) {
    return OnnxExport.write(
        (graph, x, logits) -> {
          List<LayerStep> steps = LayerExport.plan(configuration, logits);
          Parameters parameters = new Parameters(weights);
          Value value = Value.flat(x, contract.featureLength());
          for (LayerStep step : steps) {
            value = step.write(graph, parameters, value);
          }
          return value.elements();
        },
        contract,
        biasShift);
  }
}
