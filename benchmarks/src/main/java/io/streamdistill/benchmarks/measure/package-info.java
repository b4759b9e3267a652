/** Measuring itself: processes, clocks, medians, slopes. */
@NullMarked
package io.streamdistill.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
