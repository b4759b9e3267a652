/** Checkpoints: what they hold, how they are verified, and the stores that keep them. */
@NullMarked
package io.streamdistill.checkpoints;

import org.jspecify.annotations.NullMarked;
