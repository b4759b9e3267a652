/** The student-trainer: reads soft targets, trains a student on them, publishes checkpoints. */
@NullMarked
package io.streamdistill.student;

import org.jspecify.annotations.NullMarked;
