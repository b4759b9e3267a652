/** Brings checkpoints to where they are deployed, and checks that they can be. */
@NullMarked
package io.streamdistill.cli.pull;

import org.jspecify.annotations.NullMarked;
