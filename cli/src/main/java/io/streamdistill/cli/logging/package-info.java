/** What keeps the log readable; set up by {@code logback.xml}. */
@NullMarked
package io.streamdistill.cli.logging;

import org.jspecify.annotations.NullMarked;
