/** The student's training step in PyTorch; compiled by the Maven profile {@code peer} only. */
@NullMarked
package io.streamdistill.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
