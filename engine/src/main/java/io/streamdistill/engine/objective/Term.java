package io.streamdistill.engine.objective;

/**
 * A part of a loss, as metrics, checkpoints and logs name it.
 *
 * @param name such as {@code soft}
 * @param description what a meter says that it is, with its unit
 */
public record Term(String name, String description) {}
