/** Whether a student learns: its states, how they are judged, and the way back when it diverged. */
@NullMarked
package io.streamdistill.student.learning;

import org.jspecify.annotations.NullMarked;
