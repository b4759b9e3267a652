/** Measures classifiers on examples: against their labels, and against a teacher. */
@NullMarked
package io.streamdistill.cli.evaluate;

import org.jspecify.annotations.NullMarked;
