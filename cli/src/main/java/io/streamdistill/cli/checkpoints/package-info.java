/** Looking at the checkpoints of a student, and moving its aliases. */
@NullMarked
package io.streamdistill.cli.checkpoints;

import org.jspecify.annotations.NullMarked;
