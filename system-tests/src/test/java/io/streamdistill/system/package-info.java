/** Tests of the whole pipeline: real processes, a real broker, real faults. */
@NullMarked
package io.streamdistill.system;

import org.jspecify.annotations.NullMarked;
