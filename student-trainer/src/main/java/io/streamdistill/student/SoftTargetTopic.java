package io.streamdistill.student;

import java.util.List;

/**
 * The soft-target topic as it is now.
 *
 * @param id changes when the topic is deleted and created anew
 * @param partitions in ascending order
 */
record SoftTargetTopic(String id, List<Integer> partitions) {}
