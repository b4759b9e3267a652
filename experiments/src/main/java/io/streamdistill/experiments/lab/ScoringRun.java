package io.streamdistill.experiments.lab;

import io.streamdistill.cli.produce.ProduceOptions;
import io.streamdistill.cli.produce.TransferSetProducer;
import io.streamdistill.cli.source.ExampleSource;
import io.streamdistill.cli.source.Row;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Task;
import io.streamdistill.records.avro.DistillFormat;
import io.streamdistill.records.target.EncodingChoice;
import io.streamdistill.teacher.TeacherConfig;
import io.streamdistill.teacher.TeacherService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** A transfer set through a teacher-service. */
record ScoringRun(KafkaSettings kafka, Admin admin, FeatureContract features, ClassMap classes) {

  static final int MAX_RECORD_BYTES = 1 << 20;

  /**
   * Produces the examples, and returns when all of them are scored.
   *
   * @param application id of the teacher-service
   * @param topics empty ones
   * @param temperature T at which the teacher publishes
   */
  void run(
      String application,
      TopicsConfig topics,
      TransferSet examples,
      TeacherRecipe teacher,
      double temperature)
      throws InterruptedException {
    TeacherConfig config =
        TeacherConfig.of(
            "application-id=" + application,
            "members=" + members(teacher),
            "combination=" + teacher.combination(),
            "temperature=" + temperature,
            "encoding=" + EncodingChoice.DENSE_F16_LOG_PROBABILITY,
            "http.port=0");
    Backlog backlog = new Backlog(admin);
    TeacherService service =
        TeacherService.start(
            config, kafka, topics, new Task(features, classes), new DistillFormat());
    try {
      produce(topics, examples);
      backlog.awaitEmpty(application, topics.transferSet(), service::hasStopped);
    } finally {
      service.close();
    }
    if (backlog.size(topics.deadLetters()) > 0) {
      throw new IllegalStateException(
          "the teacher rejected examples: see topic " + topics.deadLetters());
    }
  }

  private static String members(TeacherRecipe teacher) {
    return teacher.models().stream()
        .map(model -> "{model: '%s'}".formatted(model.toString().replace("'", "''")))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private void produce(TopicsConfig topics, TransferSet examples) {
    try {
      new TransferSetProducer(kafka, topics, features, Clock.systemUTC())
          .produce(() -> new Rows(examples), ProduceOptions.defaults(), sent -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }

  /** A transfer set as the producer reads it. */
  private static final class Rows implements ExampleSource {

    private final TransferSet examples;
    private long next;

    Rows(TransferSet examples) {
      this.examples = examples;
    }

    @Override
    public @Nullable Row next() {
      if (next == examples.count()) {
        return null;
      }
      Example example = examples.example(next);
      return new Row.Example(
          next++,
          example.id(),
          example.features(),
          example.label(),
          example.weight(),
          example.eventTime());
    }

    @Override
    public OptionalLong total() {
      return OptionalLong.of(examples.count());
    }

    @Override
    public void close() {}
  }
}
