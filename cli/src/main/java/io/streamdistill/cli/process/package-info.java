/** {@code distill} commands as child processes that end when their parent does. */
@NullMarked
package io.streamdistill.cli.process;

import org.jspecify.annotations.NullMarked;
