/** How a record of a topic becomes an example: the door for other formats than our own. */
@NullMarked
package io.streamdistill.records.format;

import org.jspecify.annotations.NullMarked;
