/** Whose checkpoints are believed: keys, signatures, verification. */
@NullMarked
package io.streamdistill.checkpoints.trust;

import org.jspecify.annotations.NullMarked;
