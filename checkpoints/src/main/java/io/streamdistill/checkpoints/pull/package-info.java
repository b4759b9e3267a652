/** Checkpoints on their way to a directory that somebody serves from. */
@NullMarked
package io.streamdistill.checkpoints.pull;

import org.jspecify.annotations.NullMarked;
