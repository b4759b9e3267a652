package io.streamdistill.teacher.engine;

/** A frozen classifier. Implementations are thread-safe; a batch belongs to one thread. */
public interface Teacher extends AutoCloseable {

  /** Number of classes. */
  int classes();

  /**
   * SHA-256, in hexadecimal, of everything that determines the outputs at a given temperature:
   * model contents, weights and their combination, but no path and no file name.
   */
  String contentHash();

  /**
   * Scores the rows of a batch.
   *
   * @param temperature T > 0 of the softmax, no unit
   * @param logProbabilities (at least rows, classes) overwritten with natural logarithms at T, all
   *     finite
   * @throws TeacherException when an output is not a distribution over the classes
   */
  void score(FeatureBatch batch, double temperature, double[][] logProbabilities);

  /** Frees native memory; nothing may be scoring any more. */
  @Override
  void close();
}
