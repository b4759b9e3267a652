/** The training loop: batches from the log, steps, a guard, prequential metrics, checkpoints. */
@NullMarked
package io.streamdistill.student.loop;

import org.jspecify.annotations.NullMarked;
