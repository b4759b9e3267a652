/** What experiments ask of the commands. */
@NullMarked
package io.streamdistill.experiments.product;

import org.jspecify.annotations.NullMarked;
