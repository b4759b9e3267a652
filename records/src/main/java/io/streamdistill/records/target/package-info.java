/** Soft targets: the softmax at a temperature, and how distributions are encoded on the wire. */
@NullMarked
package io.streamdistill.records.target;

import org.jspecify.annotations.NullMarked;
