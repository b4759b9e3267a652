package io.streamdistill.cli;

import io.streamdistill.cli.checkpoints.AliasDesk;
import io.streamdistill.cli.config.ClassesConfig;
import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.config.FeaturesConfig;
import io.streamdistill.cli.deadletters.DeadLetterDesk;
import io.streamdistill.cli.produce.ProduceTarget;
import io.streamdistill.cli.pull.PullCommand;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import java.time.InstantSource;

/** Makes what commands work with out of the part of the configuration that each of them needs. */
record Collaborators(ConfigOptions config) {

  record ProduceView(
      KafkaSettings kafka, TopicsConfig topics, FeaturesConfig features, ClassesConfig classes) {}

  ProduceTarget produceTarget() {
    ProduceView view = config.load(ProduceView.class);
    return new ProduceTarget(
        view.kafka(), view.topics(), view.features().contract(), view.classes().map());
  }

  PullCommand.View pullView() {
    return config.load(PullCommand.View.class);
  }

  AliasDesk aliasDesk() {
    PullCommand.View view = config.load(PullCommand.View.class);
    return new AliasDesk(view.kafka(), view.topics(), view.s3(), InstantSource.system());
  }

  DeadLetterDesk deadLetterDesk() {
    return config.load(DeadLetterDesk.class);
  }
}
