/** What a student is trained on: soft targets and labels of a batch in, loss and gradient out. */
@NullMarked
package io.streamdistill.engine.objective;

import org.jspecify.annotations.NullMarked;
