/** What was announced, and which checkpoint an alias stands for. */
@NullMarked
package io.streamdistill.checkpoints.log;

import org.jspecify.annotations.NullMarked;
