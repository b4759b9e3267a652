/** What is said when a command fails, and how the process ends then. */
@NullMarked
package io.streamdistill.cli.failure;

import org.jspecify.annotations.NullMarked;
