package io.streamdistill.student;

import io.streamdistill.student.learning.LearningMonitor;
import io.streamdistill.student.loop.TrainingLoop;
import io.streamdistill.student.publish.BackgroundPublisher;

/**
 * One beginning of training.
 *
 * @param start where it began
 * @param loop that trains
 * @param monitor that judges it
 * @param publisher of its checkpoints
 */
record Training(
    StudentStart start,
    TrainingLoop loop,
    LearningMonitor monitor,
    BackgroundPublisher publisher) {}
