package io.streamdistill.engine.cuda.device;

/**
 * Floats in the memory of a device, column-major and without gaps.
 *
 * @param address of the first one
 */
public record Matrix(long address, int rows, int columns) {}
