package io.streamdistill.student.schedule;

/**
 * How many examples a step is of. A student that has seen few learns more from many small steps
 * than from few large ones; later, large ones cost less.
 *
 * @param early examples of each of the first steps, at least 1
 * @param earlyExamples how many examples are seen in such steps, >= 0
 * @param late examples of every step after them, at least 1
 */
public record BatchSize(int early, long earlyExamples, int late) {

  private static final int SMALL = 32;
  private static final int MEDIUM = 64;
  private static final int LARGE = 128;
  private static final long MEDIUM_NETWORK = 50_000;
  private static final long LARGE_NETWORK = 500_000;
  private static final long EARLY_EXAMPLES = 32_000;

  /**
   * Of a configuration.
   *
   * @param configured examples of a step; 0 for what suits the network: {@value #SMALL} for the
   *     first {@value #EARLY_EXAMPLES} examples, then {@value #LARGE} from {@value #LARGE_NETWORK}
   *     parameters on, {@value #MEDIUM} from {@value #MEDIUM_NETWORK} on. A step costs as much for
   *     its parameters, which an optimizer reads and writes, as for its examples: in a large
   *     network small batches cost twice the time
   * @param parameters of the network
   */
  public static BatchSize of(int configured, long parameters) {
    if (configured > 0) {
      return new BatchSize(configured, 0, configured);
    }
    int suits = parameters < MEDIUM_NETWORK ? SMALL : parameters < LARGE_NETWORK ? MEDIUM : LARGE;
    return new BatchSize(SMALL, EARLY_EXAMPLES, suits);
  }

  /** Size of the step after so many examples. */
  public int after(long examplesSeen) {
    return examplesSeen < earlyExamples ? early : late;
  }

  /**
   * What the learning rate of the late steps is multiplied by after so many examples: as the square
   * root of the batch, so that the noise that an adaptive optimizer makes of small ones stays the
   * same (arXiv 2205.10287).
   */
  public double rateFactor(long examplesSeen) {
    return Math.sqrt((double) after(examplesSeen) / late);
  }

  /** Whether all steps are of one size. */
  public boolean isFixed() {
    return earlyExamples == 0 || early == late;
  }

  /** Size of the largest step. */
  public int most() {
    return Math.max(early, late);
  }

  /** About how many steps so many examples take, from the first one on. */
  public long steps(long examples) {
    long few = Math.min(examples, earlyExamples);
    return few / early + (examples - few) / late;
  }

  /** For people: {@code 64}, or {@code 32 for 32000 examples, then 64}. */
  @Override
  public String toString() {
    return isFixed()
        ? Integer.toString(late)
        : "%d for %d examples, then %d".formatted(early, earlyExamples, late);
  }
}
