package io.streamdistill.engine.dl4j;

/** An optimizer's formula over one block of parameters, with arrays of its own. */
interface UpdateKernel {

  /** Floats of one block. */
  int BLOCK = 2048;

  /** Half the distance of the floats around it is 6e-38, and the least normal float 1.2e-38. */
  float TINY = 1e-30f;

  /**
   * Begins an update.
   *
   * @param iteration steps before this one
   */
  void begin(float learningRate, int iteration);

  /**
   * Updates the parameters from {@code at}.
   *
   * @param length at most {@link #BLOCK}
   * @param kept what the step leaves of a parameter
   * @param rateFactor what the learning rate is multiplied by
   */
  void block(int at, int length, float kept, float rateFactor);

  /**
   * The same, but zero for what is below 1e-37 or so.
   *
   * <p>The weights of a feature that is rarely there, a pixel at the edge, get no gradient for
   * thousands of steps, and their momentum fades into denormal numbers and stays there: 0.9 times
   * the least float is rounded to itself. Processors take a hundred times as long for those.
   */
  static float withoutDenormals(float state) {
    return (state + TINY) - TINY;
  }
}
