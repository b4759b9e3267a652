/** {@code distill bench}: what a claim about speed in the documentation rests on. */
@NullMarked
package io.streamdistill.benchmarks;

import org.jspecify.annotations.NullMarked;
