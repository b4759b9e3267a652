package io.streamdistill.teacher.onnx;

import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.streamdistill.onnx.runtime.OnnxSession;
import io.streamdistill.teacher.engine.FeatureBatch;
import io.streamdistill.teacher.engine.Opening;
import io.streamdistill.teacher.onnx.OnnxInputs.Tensors;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A model in a session, with the inputs that it gets and the output that is read. Thread-safe. */
record OnnxRun(
    String model,
    OnnxSession session,
    OnnxInputs inputs,
    OnnxOutput output,
    Interruptible runs,
    @Nullable Opening opening) {

  /** The same, once it has been tried: nobody minds single runs any more. */
  OnnxRun tried() {
    return new OnnxRun(model, session, inputs, output, runs, null);
  }

  /**
   * Runs the model once.
   *
   * @param rows of the run, at least those of the batch; the model is given the first row again for
   *     those beyond
   * @throws HungException when it was interrupted
   */
  Answers run(FeatureBatch batch, int rows) throws OrtException {
    return opening == null
        ? runOnce(batch, rows)
        : opening.tries(model, rows, interruption(), () -> runOnce(batch, rows));
  }

  /** Ends what the present thread runs. */
  private Runnable interruption() {
    Thread thread = Thread.currentThread();
    return () -> runs.interrupt(thread);
  }

  private Answers runOnce(FeatureBatch batch, int rows) throws OrtException {
    try (Tensors in = inputs.tensors(batch, rows);
        OrtSession.Result result = runs.run(model, session, in.byName(), Set.of(output.name()))) {
      OnnxValue out = result.get(0);
      return output.read(out, rows);
    }
  }

  /**
   * Runs the model as often as it takes.
   *
   * @param rowsPerRun rows that every run must have; 0 for any number
   */
  Answers run(FeatureBatch batch, int rows, int rowsPerRun) throws OrtException {
    if (rowsPerRun == 0 || (rows <= rowsPerRun && rowsPerRun <= batch.capacity())) {
      return run(batch, rowsPerRun == 0 ? rows : rowsPerRun);
    }
    Answers.Doubles all = null;
    for (int from = 0; from < rows; from += rowsPerRun) {
      int to = Math.min(from + rowsPerRun, rows);
      FeatureBatch part = batch.part(from, to, rowsPerRun);
      Answers some = run(part, rowsPerRun);
      int first = from;
      part.misfits().forEach((row, why) -> batch.misfits().put(first + row, why));
      if (all == null) {
        all = Answers.Doubles.empty(rows, some.columns());
      }
      all.put(from, some, to - from);
    }
    return java.util.Objects.requireNonNull(all, "an empty batch");
  }
}
