package io.streamdistill.teacher.onnx;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import io.streamdistill.onnx.runtime.OnnxSession;
import io.streamdistill.teacher.engine.HungException;
import io.streamdistill.teacher.engine.TeacherException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Runs of a session that another thread can end. Thread-safe. */
final class Interruptible {

  /** A run under way. Its options must not be touched once it is over. */
  private static final class Run {
    private final RunOptions options;
    private boolean over;
    private boolean interrupted;

    Run(RunOptions options) {
      this.options = options;
    }

    synchronized void interrupt() throws OrtException {
      if (!over) {
        interrupted = true;
        options.setTerminate(true);
      }
    }

    /** Returns whether it was interrupted. */
    synchronized boolean end() {
      over = true;
      return interrupted;
    }
  }

  private final Map<Thread, Run> runs = new ConcurrentHashMap<>();

  /**
   * Runs the session.
   *
   * @throws HungException when it was interrupted before it gave an answer
   */
  OrtSession.Result run(
      String model,
      OnnxSession session,
      Map<String, ? extends OnnxTensorLike> inputs,
      Set<String> outputs)
      throws OrtException {
    try (RunOptions options = new RunOptions()) {
      Run run = new Run(options);
      runs.put(Thread.currentThread(), run);
      try {
        return session.run(inputs, outputs, options);
      } catch (OrtException e) {
        if (run.end()) {
          throw new HungException(model + " gave no answer in time", e);
        }
        throw e;
      } finally {
        runs.remove(Thread.currentThread());
        run.end();
      }
    }
  }

  /**
   * Ends what a thread runs now. The engine looks for it between two operators, so one that does
   * not come back keeps the thread.
   */
  void interrupt(Thread thread) {
    Run run = runs.get(thread);
    if (run != null) {
      try {
        run.interrupt();
      } catch (OrtException e) {
        throw new TeacherException("the engine does not take an interruption", e);
      }
    }
  }
}
