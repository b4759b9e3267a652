package io.streamdistill.checkpoints.format;

import org.jspecify.annotations.Nullable;

/**
 * One thing that the gate looked at.
 *
 * @param value what was measured; null when it is no number
 * @param bound what it had to reach or stay below; null when it is no number
 * @param detail the outcome in words
 */
public record GateCheck(
    String name, boolean passed, @Nullable Double value, @Nullable Double bound, String detail) {}
