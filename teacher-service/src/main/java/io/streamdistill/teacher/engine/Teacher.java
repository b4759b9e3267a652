package io.streamdistill.teacher.engine;

import java.time.Duration;
import java.util.Map;

/** A frozen classifier. Implementations are thread-safe; a batch belongs to one thread. */
public interface Teacher extends AutoCloseable {

  /** Number of classes. */
  int classes();

  /**
   * SHA-256, in hexadecimal, of everything that determines the outputs at a given temperature:
   * model contents, weights and their combination, but no path and no file name.
   */
  String contentHash();

  /** How long a full batch took when the teacher was opened. */
  Duration batchTime();

  /**
   * Scores the rows of a batch.
   *
   * @param temperature T > 0 of the softmax, no unit
   * @param logProbabilities (at least rows, classes) overwritten with natural logarithms at T, all
   *     finite, but for rows with a problem
   * @return what is wrong with the answer to a row, by rows from 0; empty when all have one. A
   *     row's problem leaves the others alone
   * @throws TeacherException when the teacher itself is at fault, and not single rows
   * @throws HungException when it was {@linkplain #interrupt interrupted}
   */
  Map<Integer, String> score(FeatureBatch batch, double temperature, double[][] logProbabilities);

  /**
   * Ends what a thread scores now, if that is possible; does not wait for it. May be called again,
   * since it has no effect between two runs of a model. By default nothing ends it.
   */
  default void interrupt(Thread scoring) {}

  /** Frees native memory; nothing may be scoring any more. */
  @Override
  void close();
}
