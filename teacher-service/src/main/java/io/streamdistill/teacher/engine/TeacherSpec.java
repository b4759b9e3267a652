package io.streamdistill.teacher.engine;

import io.streamdistill.records.Task;

/**
 * What a teacher is asked for.
 *
 * @param task features, with the scaling of what the teacher sees, and classes
 * @param batchSize most rows of a batch, >= 1
 * @param threads threads of this machine that one batch may be spread over, >= 1
 */
public record TeacherSpec(Task task, int batchSize, int threads) {}
