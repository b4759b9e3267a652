/** Dense students whose weights, rows and steps are on a device. */
@NullMarked
package io.streamdistill.engine.cuda;

import org.jspecify.annotations.NullMarked;
