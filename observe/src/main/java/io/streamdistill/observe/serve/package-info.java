/** Checkpoints over HTTP, read-only. */
@NullMarked
package io.streamdistill.observe.serve;

import org.jspecify.annotations.NullMarked;
