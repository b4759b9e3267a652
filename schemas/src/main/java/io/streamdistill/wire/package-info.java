/**
 * How records look on the wire: a codec per record type, behind one interface for every framing.
 */
@NullMarked
package io.streamdistill.wire;

import org.jspecify.annotations.NullMarked;
