/** What experiments ask of the commands. */
@NullMarked
package io.streamdistill.cli.experiment;

import org.jspecify.annotations.NullMarked;
