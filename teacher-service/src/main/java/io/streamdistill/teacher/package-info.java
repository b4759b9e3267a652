/** The teacher service: its configuration, its checks at start-up, and the running application. */
@NullMarked
package io.streamdistill.teacher;

import org.jspecify.annotations.NullMarked;
