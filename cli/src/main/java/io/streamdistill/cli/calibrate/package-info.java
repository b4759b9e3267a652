/** Corrects checkpoints that are published already. */
@NullMarked
package io.streamdistill.cli.calibrate;

import org.jspecify.annotations.NullMarked;
