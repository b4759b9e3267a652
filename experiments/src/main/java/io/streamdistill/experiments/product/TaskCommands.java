package io.streamdistill.experiments.product;

import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.store.S3Settings;
import io.streamdistill.cli.config.ClassesConfig;
import io.streamdistill.cli.config.ConfigOptions;
import io.streamdistill.cli.config.FeaturesConfig;
import io.streamdistill.cli.produce.ProduceOptions;
import io.streamdistill.cli.produce.TransferSetProducer;
import io.streamdistill.cli.run.TeacherCommand;
import io.streamdistill.cli.run.TopicsCommand;
import io.streamdistill.cli.run.TrainerCommand;
import io.streamdistill.cli.source.ExampleFiles;
import io.streamdistill.cli.source.ExampleSource;
import io.streamdistill.cli.source.Row;
import io.streamdistill.experiments.defaults.Product.Commands;
import io.streamdistill.experiments.defaults.Product.DataFile;
import io.streamdistill.experiments.defaults.Product.Service;
import io.streamdistill.experiments.defaults.Product.Setting;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.student.TrainerService;
import io.streamdistill.teacher.TeacherService;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** The commands under one configuration, on what they themselves are made of. */
final class TaskCommands implements Commands {

  private static final String LABEL = "label";
  private static final long LABELS_SEED = 1;

  private final ConfigOptions options;
  private final View view;

  TaskCommands(ConfigOptions options) {
    this.options = options;
    this.view = options.load(View.class);
  }

  /** The part of the configuration that is needed here. */
  record View(
      KafkaSettings kafka,
      TopicsConfig topics,
      S3Settings s3,
      FeaturesConfig features,
      ClassesConfig classes,
      Named student) {}

  /** The part of the student's section that is needed here. */
  record Named(String name) {}

  @Override
  public List<Setting> settings() {
    return options.loader().effective().entries().stream()
        .map(entry -> new Setting(entry.key(), entry.value(), entry.origin()))
        .toList();
  }

  @Override
  public KafkaSettings kafka() {
    return view.kafka();
  }

  @Override
  public TopicsConfig topics() {
    return view.topics();
  }

  @Override
  public void createTopics() {
    TopicsCommand.create(options);
  }

  @Override
  public Service teacher() {
    TeacherService service = TeacherCommand.start(options.loader());
    return new RunningService("teacher", service::awaitStop, service::close);
  }

  @Override
  public Service trainer() {
    TrainerService service = TrainerCommand.start(options.loader());
    return new RunningService("trainer", service::awaitEnd, service::close);
  }

  @Override
  public long produce(DataFile rows, double labels) throws IOException {
    return new TransferSetProducer(
            view.kafka(), view.topics(), view.features().contract(), Clock.systemUTC())
        .produce(
            () -> open(rows),
            ProduceOptions.defaults().withLabelFraction(labels, LABELS_SEED),
            sent -> {})
        .examples();
  }

  @Override
  public void pull(Path into) {
    new CheckpointPuller(new Cluster(view.kafka(), view.topics(), view.s3()))
        .pull(view.student().name(), into);
  }

  @Override
  public List<ByteBuffer> features(DataFile rows) throws IOException {
    List<ByteBuffer> features = new ArrayList<>();
    try (ExampleSource source = open(rows)) {
      for (Row row = source.next(); row != null; row = source.next()) {
        if (!(row instanceof Row.Example example)) {
          throw new IOException("a row of a test set is unfit: " + row);
        }
        features.add(example.features());
      }
    }
    return features;
  }

  private ExampleSource open(DataFile rows) throws IOException {
    FeatureContract contract = view.features().contract();
    ClassMap classes = view.classes().map();
    return rows.labels() == null
        ? ExampleFiles.csv(rows.file(), LABEL, contract, classes)
        : ExampleFiles.idx(rows.file(), rows.labels(), contract, classes);
  }
}
