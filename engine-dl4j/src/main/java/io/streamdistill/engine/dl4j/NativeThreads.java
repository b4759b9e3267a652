package io.streamdistill.engine.dl4j;

import static io.streamdistill.config.Require.require;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many threads native code may use: one for ND4J's operations, n for matrix products.
 *
 * <p>Left alone, OpenMP and OpenBLAS threads fight for the cores, and a step takes 11 times as
 * long. Weights are reproducible bit for bit at a fixed number of BLAS threads, not across numbers.
 */
final class NativeThreads {

  /** Must be set before the JVM starts: OpenMP reads it once. */
  static final String OPENMP = "OMP_NUM_THREADS";

  private static final Logger LOG = LoggerFactory.getLogger(NativeThreads.class);

  private NativeThreads() {}

  /**
   * Call at start-up, before any network exists.
   *
   * @param blasThreads at least 1; default the number of cores, 1 on a shared host
   */
  static void configure(int blasThreads) {
    require(blasThreads >= 1, "student.threads must be >= 1, got %s", blasThreads);
    String warning = warning(System.getenv(OPENMP));
    if (warning != null) {
      LOG.warn(warning);
    }
    Nd4j.factory().blas().setMaxThreads(blasThreads);
  }

  /** What is wrong with the environment; null when nothing is. */
  static @Nullable String warning(@Nullable String openMpThreads) {
    return "1".equals(openMpThreads)
        ? null
        : "%s is %s: ND4J's threads will fight with those of BLAS and training may be 10 times slower; set %s=1 in the environment"
            .formatted(OPENMP, openMpThreads == null ? "not set" : openMpThreads, OPENMP);
  }
}
