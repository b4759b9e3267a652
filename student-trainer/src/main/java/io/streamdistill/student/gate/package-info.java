/** Which published students may become champion: judged on examples that none of them trains on. */
@NullMarked
package io.streamdistill.student.gate;

import org.jspecify.annotations.NullMarked;
