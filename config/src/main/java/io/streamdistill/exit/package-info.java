/** How a process ends, so that whoever started it can tell what to do. */
@NullMarked
package io.streamdistill.exit;

import org.jspecify.annotations.NullMarked;
