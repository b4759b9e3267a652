package io.streamdistill.cli.produce;

import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;

/** What of the configuration production needs. */
public record ProduceTarget(
    KafkaSettings kafka, TopicsConfig topics, FeatureContract features, ClassMap classes) {}
