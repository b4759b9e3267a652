/**
 * The main job on real data in one command: broker, teacher, trainer, MNIST, and the table of
 * results.
 */
@NullMarked
package io.streamdistill.cli.quickstart;

import org.jspecify.annotations.NullMarked;
