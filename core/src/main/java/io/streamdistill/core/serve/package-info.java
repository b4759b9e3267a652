/** Checkpoints over HTTP, read-only. */
@NullMarked
package io.streamdistill.core.serve;

import org.jspecify.annotations.NullMarked;
