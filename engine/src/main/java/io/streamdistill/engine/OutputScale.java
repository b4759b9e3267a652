package io.streamdistill.engine;

/**
 * Trains the output layer in units of the teacher's logits, so that no teacher is too loud or too
 * quiet for a learning rate.
 *
 * <p>A net whose logits are {@code z = s u}, with {@code u} of order 1, learns from every teacher
 * alike when the loss is divided by s^2. Here s is part of the output layer's own weights, {@code
 * W_z = s W_u}, so that the network gives logits as it is. What an optimizer would have done to
 * {@code W_u} is then done to {@code W_z} at another rate: times s for Adam, whose steps do not
 * depend on the length of the gradient; times s^2 for those whose steps do.
 *
 * <p>A wide net has many units to learn with, and its output layer would be done before they have
 * begun. So s, and the first logits, are smaller the wider it is: the maximal update
 * parametrisation (Yang and Hu, 2021, arXiv 2011.14522), by which the rate of an output layer goes
 * with the inverse of its width.
 */
public final class OutputScale {

  /** Width up to which a net is trained in the whole spread. */
  private static final double NARROW = 32;

  /** First logits of a narrow net, in spreads: close to no answer at all. */
  private static final double FIRST = 0.1;

  private OutputScale() {}

  /** What the learning rate of the output layer is multiplied by at the logit scale s. */
  public static float rateFactor(OptimizerConfig optimizer, double logitScale) {
    return (float)
        (optimizer instanceof OptimizerConfig.Adam ? logitScale : logitScale * logitScale);
  }

  /**
   * The scale s that suits a net.
   *
   * @param spread of the teacher's logits, > 0
   * @param width inputs of the output layer
   */
  public static double unit(double spread, long width) {
    return spread * Math.min(1, NARROW / width);
  }

  /**
   * What the first weights of the output layer are multiplied by.
   *
   * @param spread of the teacher's logits, > 0
   * @param width inputs of the output layer
   */
  public static double first(double spread, long width) {
    return FIRST * spread * Math.sqrt(Math.min(1, NARROW / width));
  }
}
