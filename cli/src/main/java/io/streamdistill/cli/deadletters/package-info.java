/** The command {@code dead-letters}: what was rejected, why, and sending it once more. */
@NullMarked
package io.streamdistill.cli.deadletters;

import org.jspecify.annotations.NullMarked;
