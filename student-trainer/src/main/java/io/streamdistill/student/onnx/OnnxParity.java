package io.streamdistill.student.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * How far an exported model, run by ONNX Runtime, is from the network it was exported from; every
 * figure is the largest absolute difference over all records and classes.
 *
 * @param largestLogit magnitude of the network's largest logit
 */
public record OnnxParity(double probabilities, double logits, double largestLogit) {

  /**
   * Largest difference of a probability that float32 arithmetic in another order explains, where no
   * logit is above {@value #LOGIT}; above, it grows with the logits.
   */
  public static final double TOLERANCE = 1e-5;

  private static final double LOGIT = 20;

  /**
   * What a network itself says to random features, to compare its export with later.
   *
   * @param features (records, length)
   * @param probabilities (records, classes), row-major, softmax at temperature 1
   * @param logits (records, classes), row-major
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Reference(Features features, float[] probabilities, float[] logits) {

    /**
     * Asks the network.
     *
     * @param records how many random inputs, in one batch
     */
    public static Reference of(
        MultiLayerNetwork network, ExportContract contract, int records, RandomGenerator random) {
      Features features = Features.random(contract, records, random);
      INDArray logits = OnnxParity.logits(network, features.array()); // (records, classes)
      return new Reference(features, elements(Transforms.softmax(logits)), elements(logits));
    }

    /** Whether the network gives numbers: one that does not has diverged. */
    public boolean isFinite() {
      return Double.isFinite(largest(logits));
    }

    /** What a network whose biases are corrected says: {@code shift} (classes) on every logit. */
    public Reference corrected(double[] shift) {
      int classes = shift.length;
      INDArray corrected =
          Nd4j.createFromArray(logits)
              .reshape(logits.length / classes, classes)
              .addRowVector(Nd4j.createFromArray(shift).castTo(DataType.FLOAT));
      return new Reference(features, elements(Transforms.softmax(corrected)), elements(corrected));
    }

    /**
     * Asks an exported model the same.
     *
     * @throws OnnxExportException if ONNX Runtime cannot load or run the model
     */
    public OnnxParity compare(byte[] model) {
      Reference said = said(model, features);
      return new OnnxParity(
          distance(probabilities, said.probabilities),
          distance(logits, said.logits),
          largest(logits));
    }
  }

  /**
   * Runs random features through two models.
   *
   * @param records how many to compare, in one batch
   * @throws OnnxExportException if ONNX Runtime cannot load or run one of them
   */
  public static OnnxParity between(
      byte[] one, byte[] other, ExportContract contract, int records, RandomGenerator random) {
    return said(one, Features.random(contract, records, random)).compare(other);
  }

  private static Reference said(byte[] model, Features features) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = options();
        OrtSession session = environment.createSession(model, options);
        OnnxTensor input = features.tensor(environment);
        OrtSession.Result result = session.run(Map.of(OnnxExport.FEATURES, input))) {
      return new Reference(
          features, output(result, OnnxExport.PROBABILITIES), output(result, OnnxExport.LOGITS));
    } catch (OrtException e) {
      throw new OnnxExportException(
          "ONNX Runtime cannot run the exported model of student %s: %s"
              .formatted(features.contract().student(), e.getMessage()),
          e);
    }
  }

  /**
   * Runs random features through both.
   *
   * @param records how many to compare, in one batch
   * @throws OnnxExportException if ONNX Runtime cannot load or run the model
   */
  public static OnnxParity measure(
      byte[] model,
      MultiLayerNetwork network,
      ExportContract contract,
      int records,
      RandomGenerator random) {
    return Reference.of(network, contract, records, random).compare(model);
  }

  /** Largest difference of a probability that is allowed. */
  public double tolerance() {
    return TOLERANCE * Math.max(1, largestLogit / LOGIT);
  }

  /**
   * Requires that the probabilities agree to {@link #tolerance}; call it before a checkpoint is
   * announced.
   *
   * @throws OnnxExportException if they do not
   */
  public void requireWithinTolerance() {
    if (!(probabilities <= tolerance())) { // also if NaN
      throw new OnnxExportException(
          "The exported model differs from the trained network by %.2g in a probability and by %.2g"
                  .formatted(probabilities, logits)
              + " in a logit, and %.0g is allowed; it must not be announced. Please report the"
                  .formatted(tolerance())
              + " configuration of the network.");
    }
  }

  private static double largest(float[] values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value)); // NaN stays NaN
    }
    return largest;
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

  static OrtSession.SessionOptions options() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    return options;
  }

  private static float[] elements(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  private static float[] output(OrtSession.Result result, String name) {
    OnnxTensor tensor = (OnnxTensor) result.get(name).orElseThrow();
    float[] elements = new float[tensor.getFloatBuffer().remaining()];
    tensor.getFloatBuffer().get(elements);
    return elements;
  }

  private static double distance(float[] expected, float[] actual) {
    if (expected.length != actual.length) {
      throw new OnnxExportException(
          "The exported model gives %d values where the network gives %d"
              .formatted(actual.length, expected.length));
    }
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs((double) expected[i] - actual[i])); // NaN stays NaN
    }
    return largest;
  }
}
