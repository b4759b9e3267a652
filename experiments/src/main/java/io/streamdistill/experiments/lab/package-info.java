/**
 * The real pipeline in one process: broker, teacher-service and student-trainers for experiments.
 */
@NullMarked
package io.streamdistill.experiments.lab;

import org.jspecify.annotations.NullMarked;
