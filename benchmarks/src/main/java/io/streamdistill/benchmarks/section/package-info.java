/** A part of the benchmark, and what it is given. */
@NullMarked
package io.streamdistill.benchmarks.section;

import org.jspecify.annotations.NullMarked;
