/** The configuration as a whole: one record per section, and the options that every command has. */
@NullMarked
package io.streamdistill.cli.config;

import org.jspecify.annotations.NullMarked;
