/** What a checkpoint is: manifest, files, tensors. */
@NullMarked
package io.streamdistill.checkpoints.format;

import org.jspecify.annotations.NullMarked;
