package io.streamdistill.experiments.lab;

import io.streamdistill.kafka.TopicsConfig;

/**
 * A scored transfer set, which any number of students can read.
 *
 * @param topics its topics
 * @param count soft targets in it
 */
public record ScoredSet(TopicsConfig topics, long count) {}
