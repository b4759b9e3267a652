package io.streamdistill.engine;

/**
 * How large a network is, computed before any of it is allocated.
 *
 * @param parameters numbers that are trained
 * @param activations numbers that one example takes on its way through, its features included
 */
public record NetworkSize(long parameters, long activations) {}
