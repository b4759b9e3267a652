package io.streamdistill.teacher.onnx;

import ai.onnxruntime.OrtException;
import io.streamdistill.onnx.runtime.OnnxSession;
import io.streamdistill.onnx.runtime.UnloadableException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Task;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.HungException;
import io.streamdistill.teacher.engine.Opening;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.engine.TeacherFacts;
import io.streamdistill.teacher.engine.TeacherSpec;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private final TeacherFacts facts;

  private OnnxTeacher(OnnxRun model, String modelHash, Reading reading, TeacherSpec spec)
      throws OrtException {
    this.model = model.tried();
    Trial trial = Trial.of(model, spec.task().features(), spec.batchSize());
    this.rowsPerRun = trial.rowsPerRun();
    this.columns = trial.answers().columns();
    this.known = trial.features().some();
    boolean probabilities =
        KindOfAnswers.areProbabilities(
            model.model(), reading.kind(), trial.answers(), trial.features().all().rows());
    this.reader = new AnswerReader(probabilities, reading.probabilityFloor());
    this.check = new KindCheck(model.model(), reading.kind(), probabilities);
    this.facts =
        new TeacherFacts(
            spec.task().features().length(),
            spec.task().classes().count(),
            ModelHash.of(modelHash, probabilities, reading.settings(probabilities)),
            rowsPerRun,
            trial.batchTime(spec.batchSize()));
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
   * Loads a model whose inputs and output explain themselves, with classes named by their indices;
   * nobody minds how long that takes.
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
    Task task = new Task(contract, ClassMap.ofCount(classes));
    return open(
        file, Reading.of(output), new TeacherSpec(task, batchSize, threads), Opening.unminded());
  }

  /**
   * Loads a model and tries it.
   *
   * @param opening minds how long that takes
   * @throws TeacherException when the model cannot be read, or does not fit contract and classes
   */
  public static OnnxTeacher open(Path file, Reading reading, TeacherSpec spec, Opening opening) {
    if (!Files.isRegularFile(file)) {
      throw new TeacherException(
          "model %s is not a file; correct teacher.members".formatted(file.toAbsolutePath()));
    }
    String hash = ModelHash.contentOf(file);
    String model = file.toString();
    OnnxSession session = load(file, spec.threads(), opening);
    try {
      OnnxInputs inputs =
          OnnxInputs.of(model, session.inputs().values(), reading.inputs(), spec.task().features());
      String output =
          OutputChoice.of(
              model,
              session.outputs(),
              reading.outputName(),
              reading.kind(),
              spec.task().classes().count());
      OnnxRun run =
          new OnnxRun(
              model,
              session,
              inputs,
              new OnnxOutput(model, output, spec.task().classes()),
              new Interruptible(),
              opening);
      return new OnnxTeacher(run, hash, reading, spec);
    } catch (OrtException e) {
      session.close();
      throw cannotRun(model, String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private static OnnxSession load(Path file, int threads, Opening opening) {
    try {
      return opening.loads(file.toString(), () -> OnnxSession.open(file, threads));
    } catch (UnloadableException e) {
      throw cannotRun(file.toString(), e.reason(), e);
    }
  }

  private static TeacherException cannotRun(String model, String reason, Exception failure) {
    return new TeacherException("ONNX Runtime cannot run %s: %s".formatted(model, reason), failure);
  }

  @Override
  public TeacherFacts facts() {
    return facts;
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
    model.session().close();
  }
}
