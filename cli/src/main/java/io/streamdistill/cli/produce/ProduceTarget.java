package io.streamdistill.cli.produce;

import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;

/** What of the configuration production needs. */
public record ProduceTarget(
    KafkaSettings kafka, TopicsConfig topics, FeatureContract features, ClassMap classes) {}
