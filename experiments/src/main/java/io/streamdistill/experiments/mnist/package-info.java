/**
 * Trains the MNIST teacher that ships with the project: 784-1200-1200-10, dropout, max-norm,
 * jitter.
 */
@NullMarked
package io.streamdistill.experiments.mnist;

import org.jspecify.annotations.NullMarked;
