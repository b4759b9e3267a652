package io.streamdistill.teacher.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.streamdistill.core.target.Softmax;
import io.streamdistill.core.transfer.FeatureContract;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An ONNX model on ONNX Runtime: one input, float32 or uint8, of shape (N, ...); logits or
 * probabilities of shape (N, classes) out.
 *
 * <p>A row's result does not depend on the other rows, nor on their number: a probe run checks
 * that, and batches of a model that fails it are filled up to the full size.
 */
public final class OnnxTeacher implements Teacher {

  private static final Logger log = LoggerFactory.getLogger(OnnxTeacher.class);

  /** Smallest probability that keeps a logit: what a float32 softmax rounds to zero. */
  private static final double MIN_PROBABILITY = Float.MIN_NORMAL;

  private static final double SUM_TOLERANCE = 1e-3;

  private final String model;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final OnnxInput input;
  private final String output;
  private final int classes;
  private final String contentHash;
  private final boolean probabilities;
  private final int padTo; // rows, 0 for none

  private OnnxTeacher(
      String model,
      OrtEnvironment environment,
      OrtSession session,
      String modelHash,
      OutputKind configured,
      FeatureContract contract,
      int classes,
      int batchSize)
      throws OrtException {
    this.model = model;
    this.environment = environment;
    this.session = session;
    this.classes = classes;
    this.input = OnnxInput.of(model, session.getInputInfo().values(), contract, batchSize);
    OnnxOutput chosen = OnnxOutput.of(model, session.getOutputInfo(), configured, classes);
    this.output = chosen.name();
    Probe probe = Probe.of(contract, batchSize);
    float[] full = run(probe.all(), batchSize);
    this.probabilities =
        chosen.kind() == OutputKind.PROBABILITIES
            || (chosen.kind() == OutputKind.AUTO && Probe.sumToOne(full, classes));
    boolean rowsIndependent =
        input.fixedRows() == 0
            && Arrays.equals(probe.someOf(full, classes), run(probe.some(), probe.some().rows()));
    this.padTo = rowsIndependent ? 0 : batchSize;
    this.contentHash = TeacherVersion.ofModel(modelHash, probabilities);
    log.info(
        "{}: input '{}' {} per example, output '{}' read as {}, batches {}",
        model,
        input.name(),
        input.example(),
        output,
        probabilities ? "probabilities" : "logits",
        rowsIndependent ? "of any size" : "filled up to " + batchSize + " rows");
  }

  /**
   * Loads a model and tries it.
   *
   * @param classes number of classes that the output must have
   * @param batchSize rows of a full batch, >= 1
   * @param threads threads that one batch is spread over, >= 1
   * @throws TeacherException when the model cannot be read, or does not fit contract and classes
   */
  public static OnnxTeacher open(
      Path model,
      OutputKind output,
      FeatureContract contract,
      int classes,
      int batchSize,
      int threads) {
    if (!Files.isRegularFile(model)) {
      throw new TeacherException(
          "model %s is not a file; correct teacher.members".formatted(model.toAbsolutePath()));
    }
    String hash = TeacherVersion.contentOf(model);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (SessionOptions options = sessionOptions(threads)) {
      OrtSession session = environment.createSession(model.toString(), options);
      try {
        return new OnnxTeacher(
            model.toString(), environment, session, hash, output, contract, classes, batchSize);
      } catch (OrtException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      throw new TeacherException(
          "ONNX Runtime cannot run %s: %s".formatted(model, e.getMessage()), e);
    }
  }

  /**
   * How models are run.
   *
   * @param threads threads that one batch is spread over, >= 1
   */
  public static SessionOptions sessionOptions(int threads) throws OrtException {
    SessionOptions options = new SessionOptions();
    options.setIntraOpNumThreads(threads);
    // Threads that spin while the stream thread reads and writes take its processor time: 40 %
    // more of it per batch was measured.
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    return options;
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public String contentHash() {
    return contentHash;
  }

  @Override
  public void score(FeatureBatch batch, double temperature, double[][] logProbabilities) {
    float[] scores; // (at least rows, classes)
    try {
      scores = run(batch, padTo == 0 ? batch.rows() : padTo);
    } catch (OrtException e) {
      throw new TeacherException(
          "%s failed on a batch of %d rows: %s".formatted(model, batch.rows(), e.getMessage()), e);
    }
    for (int row = 0; row < batch.rows(); row++) {
      double[] out = logProbabilities[row];
      if (probabilities) {
        logOfProbabilities(scores, row, out);
      } else {
        checkedLogits(scores, row, out);
      }
      Softmax.logSoftmax(out, temperature);
    }
  }

  private void checkedLogits(float[] scores, int row, double[] out) {
    for (int c = 0; c < classes; c++) {
      float logit = scores[row * classes + c];
      if (!Float.isFinite(logit)) {
        throw new TeacherException(
            "%s gave logit %s for class %d; check the model and features.scale"
                .formatted(model, logit, c),
            row);
      }
      out[c] = logit;
    }
  }

  private void logOfProbabilities(float[] scores, int row, double[] out) {
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      float probability = scores[row * classes + c];
      if (!(probability >= -SUM_TOLERANCE && probability <= 1 + SUM_TOLERANCE)) { // or NaN
        throw new TeacherException(
            "%s gave probability %s for class %d; if these are logits, set the member's output to logits"
                .formatted(model, probability, c),
            row);
      }
      sum += probability;
      out[c] = Math.log(Math.max(probability, MIN_PROBABILITY));
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) {
      throw new TeacherException(
          "%s gave probabilities with sum %s; if these are logits, set the member's output to logits"
              .formatted(model, sum),
          row);
    }
  }

  /** Returns (rows, classes), row-major. */
  private float[] run(FeatureBatch batch, int rows) throws OrtException {
    try (OnnxTensor in = input.tensor(environment, batch, rows);
        OrtSession.Result result = session.run(Map.of(input.name(), in), Set.of(output))) {
      OnnxTensor out = (OnnxTensor) result.get(0);
      long[] shape = out.getInfo().getShape();
      if (!Arrays.equals(shape, new long[] {rows, classes})) {
        throw new TeacherException(
            "%s gave output '%s' of shape %s for %d rows and %d classes; correct the list of classes"
                    .formatted(model, output, Arrays.toString(shape), rows, classes)
                + " or the model");
      }
      FloatBuffer scores = out.getFloatBuffer(); // a copy on the heap
      return scores.array();
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      log.warn("{} did not close: {}", model, e.getMessage());
    }
  }
}
