package io.streamdistill.student;

import io.streamdistill.config.ConfigException;
import io.streamdistill.kafka.Access;
import io.streamdistill.kafka.BoundedValues;
import io.streamdistill.kafka.BrokerException;
import io.streamdistill.kafka.KafkaAnswers;
import io.streamdistill.kafka.KafkaFailure;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.NewTopics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The Kafka clients of one student. */
final class TrainerClients {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(8);

  /**
   * A topic that was looked up.
   *
   * @param partitions ascending
   */
  record Topic(String id, List<Integer> partitions) {}

  private static final String HOLDER = "-holder";

  private final KafkaSettings kafka;
  private final StudentConfig config;

  TrainerClients(KafkaSettings kafka, StudentConfig config) {
    this.kafka = kafka;
    this.config = config;
  }

  /** Looks the soft-target topic up. */
  Topic topic(String name) {
    return NewTopics.await(() -> described(name), Optional::isEmpty)
        .orElseThrow(
            () ->
                new ConfigException(
                    "topic %s does not exist; create the topics with 'distill topics create', or set topics.soft-targets"
                        .formatted(name)));
  }

  /** Empty when it does not exist. */
  private Optional<Topic> described(String name) {
    Admin admin = Admin.create(kafka.admin());
    try {
      TopicDescription topic =
          KafkaAnswers.await(
                  kafka,
                  admin.describeTopics(List.of(name)).allTopicNames(),
                  START_TIMEOUT,
                  "describe topic '" + name + "'",
                  Access.toTopic(kafka, "Describe", name))
              .get(name);
      return Optional.ofNullable(topic)
          .map(
              found ->
                  new Topic(
                      found.topicId().toString(),
                      found.partitions().stream()
                          .map(TopicPartitionInfo::partition)
                          .sorted()
                          .toList()));
    } catch (BrokerException e) {
      if (e.getCause() instanceof ExecutionException failed
          && failed.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e;
    } finally {
      admin.close(Duration.ZERO); // requests that timed out are not waited for again
    }
  }

  /** What it is when Kafka does not let the trainer be a member of the holder's group. */
  BrokerException refusedMember(Throwable cause) {
    return new BrokerException(
        "Kafka at %s does not take the member that holds the student: %s"
            .formatted(
                kafka.bootstrapServers(),
                KafkaFailure.describe(
                    cause,
                    new Access(
                        Access.of(kafka).principal(), "Read", "group", config.groupId() + HOLDER))),
        cause);
  }

  /** What it is when Kafka does not take the student's transactions. */
  BrokerException refused(Throwable cause) {
    return new BrokerException(
        "Kafka at %s does not take the student's transactions: %s"
            .formatted(
                kafka.bootstrapServers(),
                KafkaFailure.describe(
                    cause,
                    new Access(
                        Access.of(kafka).principal(),
                        "Write",
                        "transactional-id",
                        config.transactionalId()))),
        cause);
  }

  /** A consumer of the soft-target topic, to be assigned; never jumps over deleted records. */
  KafkaConsumer<byte[], byte[]> consumer() {
    return consumer("-consumer", Map.of());
  }

  /** One more of them, for records that are read again. */
  KafkaConsumer<byte[], byte[]> replayConsumer() {
    // It never waits for what is not written yet. A fetch at the end of a pass would, and the next
    // pass could not begin before it came back.
    return consumer("-replay", Map.of("fetch.max.wait.ms", "5"));
  }

  private KafkaConsumer<byte[], byte[]> consumer(String clientId, Map<String, String> more) {
    Map<String, Object> properties = kafka.consumer();
    properties.putAll(more);
    properties.put("auto.offset.reset", "none");
    properties.put("group.id", config.groupId()); // for commits only: partitions are assigned
    properties.putIfAbsent("client.id", config.groupId() + clientId);
    // Few enough that what is at hand dies young, many enough that a poll costs nothing beside
    // them.
    properties.putIfAbsent("max.poll.records", "1024");
    return new BoundedConsumer(properties, new BoundedValues());
  }

  /** Returns no more per poll than fits into memory, however small it is on the wire. */
  private static final class BoundedConsumer extends KafkaConsumer<byte[], byte[]> {

    private final BoundedValues values;

    BoundedConsumer(Map<String, Object> properties, BoundedValues values) {
      super(properties, values.keys(), values.values());
      this.values = values;
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      values.begin(BoundedValues.ofHeap());
      return super.poll(timeout);
    }
  }

  /**
   * A member of the group whose one partition is given to the trainer that holds the student.
   *
   * @param place id of the place that the trainer works in
   */
  KafkaConsumer<byte[], byte[]> holder(String place) {
    Map<String, Object> properties = kafka.consumer();
    properties.put("group.id", config.groupId() + HOLDER);
    properties.put("group.protocol", "classic");
    properties.put("group.instance.id", place);
    properties.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "latest");
    properties.put("session.timeout.ms", "10000");
    properties.put("heartbeat.interval.ms", "2000");
    properties.put("client.id", config.groupId() + HOLDER);
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Who else is a member of that group, in words. */
  Optional<String> otherHolder(String place) {
    String group = config.groupId() + HOLDER;
    try (Admin admin = Admin.create(kafka.admin())) {
      return KafkaAnswers.await(
              kafka,
              Objects.requireNonNull(
                  admin.describeConsumerGroups(List.of(group)).describedGroups().get(group),
                  "asked for"),
              START_TIMEOUT,
              "describe group '" + group + "'",
              new Access(Access.of(kafka).principal(), "Describe", "group", group))
          .members()
          .stream()
          .filter(member -> !member.groupInstanceId().equals(Optional.of(place)))
          .map(member -> "at " + member.host().replaceFirst("^/", ""))
          .findFirst();
    }
  }

  /** What the student's group has committed in a topic, by partition. */
  Map<Integer, Long> committed(String topic) {
    try (Admin admin = Admin.create(kafka.admin())) {
      Map<Integer, Long> committed = new TreeMap<>();
      KafkaAnswers.await(
              kafka,
              admin.listConsumerGroupOffsets(config.groupId()).partitionsToOffsetAndMetadata(),
              START_TIMEOUT,
              "tell the offsets of group '%s'".formatted(config.groupId()),
              new Access(Access.of(kafka).principal(), "Describe", "group", config.groupId()))
          .forEach(
              (partition, offset) -> {
                if (partition.topic().equals(topic) && offset != null) {
                  committed.put(partition.partition(), offset.offset());
                }
              });
      return committed;
    }
  }

  /** The student's one writer. */
  KafkaProducer<byte[], byte[]> producer() {
    Map<String, Object> properties = kafka.producer();
    properties.put("transactional.id", config.transactionalId());
    properties.putIfAbsent("client.id", config.groupId() + "-producer");
    // What fails is tried again with another producer: better than to wait for this one.
    properties.putIfAbsent("max.block.ms", "20000");
    properties.putIfAbsent("request.timeout.ms", "10000");
    properties.putIfAbsent("delivery.timeout.ms", "20000");
    // Dead letters are as large as the records were; the broker's limit is the one that counts.
    properties.putIfAbsent("max.request.size", Integer.toString(32 << 20));
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
