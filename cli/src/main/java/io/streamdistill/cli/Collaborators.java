package io.streamdistill.cli;

import io.streamdistill.cli.checkpoints.AliasDesk;
import io.streamdistill.cli.config.ClassesConfig;
import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.config.FeaturesConfig;
import io.streamdistill.cli.produce.ProduceTarget;
import io.streamdistill.cli.pull.PullCommand;
import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.core.transfer.FeatureContract;
import io.streamdistill.schema.FeatureType;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Makes what commands work with out of the part of the configuration that each of them needs. */
record Collaborators(ConfigOptions config) {

  record ProduceView(
      KafkaSettings kafka, TopicsConfig topics, FeaturesConfig features, ClassesConfig classes) {}

  record EvaluateView(Scaling features) {}

  /** Features without their shape, which a data file knows by itself. */
  record Scaling(FeatureType type, Optional<Float> scale, Optional<Float> offset) {}

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
    return new AliasDesk(view.kafka(), view.topics(), InstantSource.system());
  }

  FeatureContract scaling() {
    Scaling scaling = config.load(EvaluateView.class).features();
    return new FeaturesConfig(scaling.type(), List.of(1), scaling.scale(), scaling.offset())
        .contract();
  }
}
