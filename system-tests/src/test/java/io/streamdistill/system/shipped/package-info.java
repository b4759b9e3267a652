/** What is shipped beside the code, run: containers without an engine, and the documentation. */
@NullMarked
package io.streamdistill.system.shipped;

import org.jspecify.annotations.NullMarked;
