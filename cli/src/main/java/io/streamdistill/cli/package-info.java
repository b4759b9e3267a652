/** The {@code distill} command: where modules and configuration are put together. */
@NullMarked
package io.streamdistill.cli;

import org.jspecify.annotations.NullMarked;
