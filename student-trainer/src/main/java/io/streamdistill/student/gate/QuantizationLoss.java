package io.streamdistill.student.gate;

import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.OnnxLogits;
import io.streamdistill.engine.export.Quantization;
import io.streamdistill.onnx.graph.OnnxQuantizer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Quantizes models, and compares them on the hold-out with what they were made of, both in ONNX
 * Runtime. Until the hold-out has as many examples as the gate needs, and when what it costs is not
 * finite, there is no quantized model, which the log says.
 */
public final class QuantizationLoss implements Quantization {

  private static final Logger log = LoggerFactory.getLogger(QuantizationLoss.class);

  private final HoldOut holdOut;

  /** Creates a judge of quantized models. */
  public QuantizationLoss(HoldOut holdOut) {
    this.holdOut = holdOut;
  }

  /**
   * Quantizes a model.
   *
   * @return metrics: {@code int8_examples} compared on; {@code int8_agreement}, the share on which
   *     both have the same class on top; {@code int8_divergence}, mean KL(model || quantized) at T
   *     = 1, nats; {@code int8_accuracy_loss}, accuracy of the model less that of the quantized
   *     one, on labelled examples, when there are any
   */
  @Override
  public Optional<Variant> of(byte[] model, ExportContract contract) {
    HoldOut.Examples examples = holdOut.examples();
    HoldOut.Filling filling = holdOut.filling();
    if (examples.count() < filling.required()) {
      log.info(
          "no int8 model yet: {} of {} examples to judge it on are held out",
          examples.count(),
          filling.required());
      return Optional.empty();
    }
    byte[] quantized = OnnxQuantizer.quantize(model);
    double[][] plain = logits(model, contract, examples);
    Scores ofModel = Scores.of(plain, examples); // leaves log-probabilities at T = 1 in plain
    HoldOut.Examples byModel = new HoldOut.Examples(examples.features(), plain, examples.labels());
    Scores ofQuantized = Scores.of(logits(quantized, contract, byModel), byModel);
    Map<String, Double> metrics = new TreeMap<>();
    metrics.put("int8_examples", (double) examples.count());
    metrics.put("int8_agreement", ofQuantized.agreement());
    metrics.put("int8_divergence", ofQuantized.divergence());
    if (ofModel.labelled() > 0) {
      metrics.put("int8_accuracy_loss", ofModel.accuracy() - ofQuantized.accuracy());
    }
    if (!metrics.values().stream().allMatch(Double::isFinite)) {
      log.warn(
          "no int8 model this time: one of the two has outputs that are not finite: {}", metrics);
      return Optional.empty();
    }
    return Optional.of(new Variant(quantized, metrics));
  }

  private static double[][] logits(
      byte[] model, ExportContract contract, HoldOut.Examples examples) {
    return OnnxLogits.of(model, contract, examples.features(), examples.count());
  }
}
