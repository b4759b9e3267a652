package io.streamdistill.experiments.mnist;

/**
 * How a teacher is trained; {@link #shipped()} gives the values that trained the model in {@code
 * models/mnist-teacher}.
 *
 * @param epochs passes over the training images, > 0
 * @param batch images per step, > 0
 * @param learningRate first step on the mean loss of a batch, > 0; falls linearly to 0 over the run
 * @param momentum share of the last step that is repeated, in [0, 1)
 * @param inputDropout share of pixels that are zeroed, in [0, 1)
 * @param hiddenDropout share of hidden units that are zeroed, in [0, 1)
 * @param maxNorm bound on the Euclidean norm of a hidden unit's incoming weights, > 0
 * @param jitter largest shift of an image along each axis, in pixels, 0 to 27
 * @param seed of initial weights, order, jitter and dropout
 */
record TeacherSettings(
    int epochs,
    int batch,
    double learningRate,
    double momentum,
    double inputDropout,
    double hiddenDropout,
    double maxNorm,
    int jitter,
    long seed) {

  TeacherSettings {
    require(epochs > 0, "epochs must be > 0, got " + epochs);
    require(batch > 0, "batch must be > 0, got " + batch);
    require(learningRate > 0, "learning rate must be > 0, got " + learningRate);
    require(momentum >= 0 && momentum < 1, "momentum must be in [0, 1), got " + momentum);
    require(inputDropout >= 0 && inputDropout < 1, "input dropout must be in [0, 1)");
    require(hiddenDropout >= 0 && hiddenDropout < 1, "hidden dropout must be in [0, 1)");
    require(maxNorm > 0, "max-norm must be > 0, got " + maxNorm);
    require(jitter >= 0 && jitter < JitteredImages.SIDE, "jitter must be in [0, 27]");
  }

  /** The rate at a point of the run, 0 at its start and 1 at its end. */
  double learningRate(double progress) {
    return learningRate * (1 - progress);
  }

  /** What trained the shipped model. */
  static TeacherSettings shipped() {
    return new TeacherSettings(200, 128, 0.05, 0.95, 0.1, 0.3, 2.5, 2, 1);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
