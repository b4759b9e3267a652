/** The student's training step against its floor, DL4J's own, and a peer's. */
@NullMarked
package io.streamdistill.benchmarks.step;

import org.jspecify.annotations.NullMarked;
