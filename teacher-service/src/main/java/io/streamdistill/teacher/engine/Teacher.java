package io.streamdistill.teacher.engine;

import java.util.Map;

/**
 * A frozen classifier. Implementations are thread-safe; a batch belongs to one thread. {@code
 * TeacherContract}, in the test-jar of this module, shows what is promised here.
 */
public interface Teacher extends AutoCloseable {

  /** What it says about itself; always the same. */
  TeacherFacts facts();

  /**
   * Scores the rows of a batch. What a row is given does not depend on the others.
   *
   * @param temperature T > 0 of the softmax, no unit
   * @param logProbabilities (at least rows, classes) overwritten with natural logarithms at T, all
   *     finite, but for rows with a problem
   * @return what is wrong with the answer to a row, by rows from 0; empty when all have one. A
   *     row's problem leaves the others alone
   * @throws TeacherException when the teacher itself is at fault, and not single rows: the service
   *     stops
   * @throws TeacherUnavailableException when it may work later: the service tries the batch again
   * @throws HungException when it was {@linkplain #interrupt interrupted}
   */
  Map<Integer, String> score(FeatureBatch batch, double temperature, double[][] logProbabilities);

  /**
   * Ends what a thread scores now, if that is possible; does not wait for it. May be called again,
   * since it has no effect between two runs of a model. By default nothing ends it.
   */
  default void interrupt(Thread scoring) {}

  /** Frees what it holds; nothing may be scoring any more. */
  @Override
  void close();
}
