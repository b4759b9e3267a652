/** The pipeline as it is deployed, every part in a process of its own, against its floor. */
@NullMarked
package io.streamdistill.benchmarks.pipeline;

import org.jspecify.annotations.NullMarked;
