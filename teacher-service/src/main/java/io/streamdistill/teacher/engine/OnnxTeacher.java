package io.streamdistill.teacher.engine;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An ONNX model on ONNX Runtime: features in, cast and shared among its inputs; logits or
 * probabilities out.
 *
 * <p>A row's result does not depend on the other rows, nor on their number: {@link Trial} finds the
 * number of rows per run at which that holds.
 */
public final class OnnxTeacher implements Teacher {

  private static final Logger log = LoggerFactory.getLogger(OnnxTeacher.class);

  private final OnnxRun model;
  private final int rowsPerRun; // 0 for any number
  private final int columns;
  private final FeatureBatch known; // features that the model has shown to run on
  private final AnswerReader reader;
  private final KindCheck check;
  private final int classes;
  private final String contentHash;
  private final Duration batchTime;

  private OnnxTeacher(
      OnnxRun model,
      String modelHash,
      Reading reading,
      FeatureContract contract,
      int classes,
      int batchSize)
      throws OrtException {
    this.model = model.tried();
    this.classes = classes;
    Trial trial = Trial.of(model, contract, batchSize);
    this.rowsPerRun = trial.rowsPerRun();
    this.columns = trial.answers().columns();
    this.batchTime = trial.batchTime(batchSize);
    this.known = trial.probe().some();
    boolean probabilities =
        KindOfAnswers.areProbabilities(
            model.model(), reading.kind(), trial.answers(), trial.probe().all().rows());
    this.reader = new AnswerReader(probabilities, reading.probabilityFloor());
    this.check = new KindCheck(model.model(), reading.kind(), probabilities);
    this.contentHash =
        TeacherVersion.ofModel(modelHash, probabilities, reading.settings(probabilities));
    log.info(
        "{}: input {}, output '{}' read as {}{}, {}",
        model.model(),
        model.inputs().text(),
        model.output().name(),
        probabilities ? "probabilities" : "logits",
        columns == 1 ? " of the second of two classes" : "",
        rowsPerRun == 0 ? "batches of any size" : "in batches of exactly " + rowsPerRun);
  }

  /**
   * Loads a model whose inputs and output explain themselves, with classes named by their indices.
   *
   * @param classes number of classes that the output must have
   * @param batchSize rows of a full batch, >= 1
   * @param threads threads that one batch is spread over, >= 1
   * @throws TeacherException when the model cannot be read, or does not fit contract and classes
   */
  public static OnnxTeacher open(
      Path file,
      OutputKind output,
      FeatureContract contract,
      int classes,
      int batchSize,
      int threads) {
    return open(file, Reading.of(output), contract, ClassMap.ofCount(classes), batchSize, threads);
  }

  /**
   * Loads a model and tries it; nobody minds how long that takes.
   *
   * @param contract with the scaling of what the teacher sees
   * @param batchSize rows of a full batch, >= 1
   * @param threads threads that one batch is spread over, >= 1
   * @throws TeacherException when the model cannot be read, or does not fit contract and classes
   */
  public static OnnxTeacher open(
      Path file,
      Reading reading,
      FeatureContract contract,
      ClassMap classes,
      int batchSize,
      int threads) {
    return open(file, reading, contract, classes, batchSize, threads, Opening.unminded());
  }

  /**
   * Loads a model and tries it.
   *
   * @param opening minds how long that takes
   * @see #open(Path, Reading, FeatureContract, ClassMap, int, int)
   */
  public static OnnxTeacher open(
      Path file,
      Reading reading,
      FeatureContract contract,
      ClassMap classes,
      int batchSize,
      int threads,
      Opening opening) {
    if (!Files.isRegularFile(file)) {
      throw new TeacherException(
          "model %s is not a file; correct teacher.members".formatted(file.toAbsolutePath()));
    }
    String hash = TeacherVersion.contentOf(file);
    OrtEnvironment environment = OnnxRuntime.environment();
    try (SessionOptions options = sessionOptions(threads)) {
      OrtSession session =
          opening.loads(file.toString(), () -> environment.createSession(file.toString(), options));
      try {
        String model = file.toString();
        OnnxInputs inputs =
            OnnxInputs.of(model, session.getInputInfo().values(), reading.inputs(), contract);
        String output =
            OutputChoice.of(
                model,
                session.getOutputInfo(),
                reading.outputName(),
                reading.kind(),
                classes.count());
        OnnxRun run =
            new OnnxRun(
                model,
                environment,
                session,
                inputs,
                new OnnxOutput(model, output, classes),
                new Interruptible(),
                opening);
        return new OnnxTeacher(run, hash, reading, contract, classes.count(), batchSize);
      } catch (OrtException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      throw new TeacherException(
          "ONNX Runtime cannot run %s: %s".formatted(file, e.getMessage()), e);
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
  public Duration batchTime() {
    return batchTime;
  }

  @Override
  public Map<Integer, String> score(
      FeatureBatch batch, double temperature, double[][] logProbabilities) {
    int rows = batch.rows();
    Map<Integer, String> problems = new TreeMap<>();
    Answers answers; // (at least rows, 1 or classes)
    try {
      answers = model.run(batch, rows, rowsPerRun);
    } catch (HungException e) { // halves of it would hang as well
      throw e;
    } catch (OrtException | RuntimeException e) { // perhaps because of one row
      answers = new Halves(model, rowsPerRun, columns).run(batch, e, problems);
      if (problems.size() == rows) {
        requireAlive(rows, e);
      }
    }
    problems.putAll(batch.misfits());
    check.look(answers, rows);
    for (int row = 0; row < rows; row++) {
      if (problems.isEmpty() || !problems.containsKey(row)) {
        Optional<String> problem = reader.read(answers, row, temperature, logProbabilities[row]);
        if (problem.isPresent()) {
          problems.put(row, "%s gave %s".formatted(model.model(), problem.get()));
        }
      }
    }
    return problems;
  }

  @Override
  public void interrupt(Thread scoring) {
    model.runs().interrupt(scoring);
  }

  /** When no row could be scored, the engine may be at fault, and not the rows. */
  private void requireAlive(int rows, Exception failure) {
    try {
      synchronized (known) {
        Answers unused = model.run(known, known.rows(), rowsPerRun);
      }
    } catch (OrtException | RuntimeException e) {
      failure.addSuppressed(e);
      throw new TeacherException(
          "%s failed on a batch of %d rows, and now fails on random features, too: %s"
              .formatted(model.model(), rows, failure.getMessage()),
          failure);
    }
  }

  @Override
  public void close() {
    try {
      model.session().close();
    } catch (OrtException e) {
      log.warn("{} did not close: {}", model.model(), e.getMessage());
    }
  }
}
