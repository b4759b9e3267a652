package io.streamdistill.student;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.LostRecords;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.kafka.OnLostRecords;
import io.streamdistill.kafka.TopicWatch;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.source.LogEnds;
import io.streamdistill.student.source.LogPosition;
import io.streamdistill.student.source.LogSource;
import io.streamdistill.student.source.LogWatch;
import io.streamdistill.student.source.RecordedOrder;
import io.streamdistill.student.source.SoftTargetLog;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The soft-target topic that one student is trained on: looks it up, watches it, and opens it where
 * training begins, as often as it does.
 */
final class SoftTargetTopic {

  private static final Logger log = LoggerFactory.getLogger(SoftTargetTopic.class);

  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(3);
  private static final Duration LOOK_PATIENCE = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String name;
  private final StudentConfig config;
  private final TrainerClients clients;
  private final TopicWatch topicWatch;
  private final LogWatch watch;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final ReplayConsumer replay;
  private TrainerClients.Topic topic;
  private LogEnds ends;

  private SoftTargetTopic(
      String name,
      StudentConfig config,
      TrainerClients clients,
      TopicWatch topicWatch,
      LogWatch watch,
      KafkaConsumer<byte[], byte[]> consumer,
      ReplayConsumer replay) {
    this.name = name;
    this.config = config;
    this.clients = clients;
    this.topicWatch = topicWatch;
    this.watch = watch;
    this.consumer = consumer;
    this.replay = replay;
    topic = clients.topic(name);
    ends = newEnds();
  }

  /**
   * Connects a trainer; what is opened is closed by {@code closers}.
   *
   * @param name of the topic
   * @param registry counts what is lost
   */
  static SoftTargetTopic open(
      KafkaSettings kafka,
      String name,
      StudentConfig config,
      MeterRegistry registry,
      Closers closers) {
    TrainerClients clients = new TrainerClients(kafka, config);
    TopicWatch topicWatch =
        closers
            .add(TopicWatch.open(kafka, List.of(name), LOOK_PATIENCE, Clock.systemUTC()))
            .every(LOOK_INTERVAL, snapshot -> {});
    return new SoftTargetTopic(
        name,
        config,
        clients,
        topicWatch,
        LogWatch.of(topicWatch, name, config.onLostRecords(), lost -> count(lost, registry)),
        closers.add(clients.consumer()),
        closers.add(new ReplayConsumer(clients)));
  }

  /** Connects someone who only reads what a trainer has read, for which nothing may be lost. */
  static SoftTargetTopic openAgain(
      KafkaSettings kafka, String name, StudentConfig config, Closers closers) {
    TrainerClients clients = new TrainerClients(kafka, config);
    TopicWatch topicWatch =
        closers.add(TopicWatch.open(kafka, List.of(name), PATIENCE, Clock.systemUTC()));
    return new SoftTargetTopic(
        name,
        config,
        clients,
        topicWatch,
        LogWatch.of(topicWatch, name, OnLostRecords.STOP, lost -> {}),
        closers.add(clients.replayConsumer()),
        closers.add(new ReplayConsumer(clients)));
  }

  private static void count(LostRecords lost, MeterRegistry registry) {
    Counter.builder("distill.student.lost.records")
        .description("Records that were lost before they were read, as far as is known")
        .tag("how", lost.how().label())
        .register(registry)
        .increment((double) lost.records());
  }

  private LogEnds newEnds() {
    return new LogEnds(
        consumer, name, topic.partitions(), config.log().restAfter(), Clock.systemUTC());
  }

  /** Looks the topic up again, which may have been created anew or have grown. */
  void refresh() {
    topic = clients.topic(name);
    ends = newEnds();
  }

  /** Where a student begins that has read nothing. */
  LogPosition beginning() {
    return LogPosition.beginning(
        topic.id(), LogEnds.beginnings(consumer, name, topic.partitions()));
  }

  /** A log that was created anew is none of those that a checkpoint was trained on. */
  Progress inPresentLog(Progress progress) {
    LogPosition position = progress.position();
    if (position.topicId().equals(topic.id())) {
      return progress;
    }
    LostRecordsException lost =
        watch.recreated(
            position.covered().entrySet().stream()
                .map(next -> LostRecords.recreated(name, next.getKey(), next.getValue()))
                .toList());
    if (config.onLostRecords() == OnLostRecords.STOP) {
      throw lost;
    }
    log.error(
        "{}. The student goes on with its weights, at the beginning of the log that is there now",
        lost.getMessage());
    return progress.at(beginning());
  }

  /**
   * Makes sure that it is still the topic that was read.
   *
   * @throws LostRecordsException when it is not
   */
  void requireSame(LogPosition position) {
    watch.requireSame(position.topicId(), position.covered());
  }

  /**
   * Opens it for reading; one reader at a time.
   *
   * @param order in which the records are to be taken; null: in the order that suits the trainer
   */
  SoftTargetLog at(LogPosition position, @Nullable RecordedOrder order) {
    return new SoftTargetLog(
        new LogSource(consumer, replay, name, ends, watch),
        position,
        order,
        config.log(),
        config.seed(),
        Clock.systemUTC());
  }

  /** The consumer, of the group that offsets are committed for. */
  KafkaConsumer<byte[], byte[]> consumer() {
    return consumer;
  }

  /** What the student's group has committed, by partition. */
  Map<Integer, Long> committed() {
    return clients.committed(name);
  }

  /** How long Kafka has not answered. */
  Duration silence() {
    return topicWatch.silence();
  }

  /** The consumer of what was read before, which connects when it is needed for the first time. */
  private static final class ReplayConsumer
      implements Supplier<KafkaConsumer<byte[], byte[]>>, AutoCloseable {

    private final TrainerClients clients;
    private @Nullable KafkaConsumer<byte[], byte[]> consumer;

    ReplayConsumer(TrainerClients clients) {
      this.clients = clients;
    }

    @Override
    public synchronized KafkaConsumer<byte[], byte[]> get() {
      KafkaConsumer<byte[], byte[]> open = consumer;
      if (open == null) {
        open = clients.replayConsumer();
        consumer = open;
      }
      return open;
    }

    @Override
    public synchronized void close() {
      if (consumer != null) {
        consumer.close();
      }
    }
  }
}
