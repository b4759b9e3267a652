package io.streamdistill.student.learning;

/**
 * Tells a layer that training has killed, all of whose units give 0 to every example. One that
 * never gave anything else was not killed by training: examples of constant features do that.
 */
final class DeadLayers {

  /** Looks in a row after which a layer that gives 0 is dead. */
  private static final int LOOKS = 2;

  /** Examples that it gave 0 to, in those looks: few tell little. */
  private static final int EXAMPLES = 50;

  private boolean everAlive; // some unit of every layer gave something
  private int looks; // in a row
  private long examples; // in those

  /**
   * Looks once more.
   *
   * @param deadUnits share of the units of a layer that gave 0 to every example of a batch, of the
   *     layer where it is largest
   * @param rows of that batch
   */
  boolean isDead(double deadUnits, int rows) {
    if (deadUnits < 1) {
      everAlive = true;
      looks = 0;
      examples = 0;
      return false;
    }
    looks++;
    examples += rows;
    return everAlive && looks >= LOOKS && examples >= EXAMPLES;
  }
}
