package io.streamdistill.teacher;

import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Task;
import io.streamdistill.records.format.TransferFormat;

/**
 * What a service is to do: who scores, where, and what.
 *
 * @param task features as the teacher sees them, and classes
 * @param format of the records of the transfer set
 */
record Assignment(
    TeacherConfig config,
    KafkaSettings kafka,
    TopicsConfig topics,
    Task task,
    TransferFormat format) {}
