package io.streamdistill.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * Creates topics that are missing, and says in what those that exist are not as they have to be.
 */
public final class Topics {

  /**
   * What was found or done.
   *
   * @param spec what the topic has to be
   * @param created whether it did not exist before
   * @param differences what is not as it has to be, each with its remedy; nothing is altered
   */
  public record Outcome(TopicSpec spec, boolean created, List<String> differences) {}

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Admin admin;
  private final KafkaSettings kafka;
  private final Duration timeout;

  private Topics(Admin admin, KafkaSettings kafka, Duration timeout) {
    this.admin = admin;
    this.kafka = kafka;
    this.timeout = timeout;
  }

  /**
   * Creates what is missing and compares what is there; any number of calls leave the same topics.
   *
   * @throws BrokerException when Kafka cannot be reached within 30 s, or refuses
   */
  public static List<Outcome> create(KafkaSettings kafka, List<TopicSpec> specs) {
    return create(kafka, specs, TIMEOUT);
  }

  static List<Outcome> create(KafkaSettings kafka, List<TopicSpec> specs, Duration timeout) {
    Admin admin = Admin.create(kafka.admin());
    try {
      return new Topics(admin, kafka, timeout).create(specs);
    } finally {
      admin.close(Duration.ZERO); // requests that timed out are not waited for again
    }
  }

  /**
   * Compares what is there, and creates nothing; topics that are missing are not among the answers.
   *
   * @throws BrokerException when Kafka cannot be reached within 30 s, or refuses
   */
  public static List<Outcome> compare(Admin admin, KafkaSettings kafka, List<TopicSpec> specs) {
    Topics topics = new Topics(admin, kafka, TIMEOUT);
    Set<String> existing = topics.get(admin.listTopics().names(), "list topics", Access.of(kafka));
    return specs.stream()
        .filter(spec -> existing.contains(spec.name()))
        .map(spec -> new Outcome(spec, false, topics.differences(spec)))
        .toList();
  }

  private List<Outcome> create(List<TopicSpec> specs) {
    Set<String> existing = get(admin.listTopics().names(), "list topics", Access.of(kafka));
    List<Outcome> outcomes = new ArrayList<>();
    for (TopicSpec spec : specs) {
      boolean created = !existing.contains(spec.name()) && create(spec);
      outcomes.add(new Outcome(spec, created, created ? List.of() : differences(spec)));
    }
    return List.copyOf(outcomes);
  }

  /** Returns false when somebody else was faster. */
  private boolean create(TopicSpec spec) {
    Optional<Short> replication =
        spec.replication() == -1 ? Optional.empty() : Optional.of(spec.replication());
    NewTopic topic =
        new NewTopic(spec.name(), Optional.of(spec.partitions()), replication)
            .configs(spec.configs());
    try {
      KafkaFuture<Void> created = admin.createTopics(List.of(topic)).values().get(spec.name());
      get(
          Objects.requireNonNull(created),
          "create topic '" + spec.name() + "'",
          to("Create", spec));
      awaitLeaders(spec);
      return true;
    } catch (BrokerException e) {
      if (e.getCause() instanceof ExecutionException failed
          && failed.getCause() instanceof TopicExistsException) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Waits until every partition's leader serves. A producer that is faster than that may get its
   * first two batches accepted in the wrong order, and then retries in vain until it times out.
   */
  private void awaitLeaders(TopicSpec spec) {
    Map<TopicPartition, OffsetSpec> ends =
        IntStream.range(0, spec.partitions())
            .boxed()
            .collect(
                Collectors.toMap(
                    partition -> new TopicPartition(spec.name(), partition),
                    partition -> OffsetSpec.latest()));
    Instant deadline = Instant.now().plus(timeout);
    while (true) {
      try {
        get(
            admin.listOffsets(ends).all(),
            "make topic '" + spec.name() + "' ready",
            to("Describe", spec));
        return;
      } catch (BrokerException e) {
        // The broker that answers may not have heard of the topic yet.
        if (!(e.getCause() instanceof ExecutionException failed)
            || !(failed.getCause() instanceof RetriableException)
            || Instant.now().isAfter(deadline)) {
          throw e;
        }
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted before Kafka's topics were ready", e);
    }
  }

  private List<String> differences(TopicSpec spec) {
    TopicDescription found =
        only(
            get(
                admin.describeTopics(List.of(spec.name())).allTopicNames(),
                "describe topic '" + spec.name() + "'",
                to("Describe", spec)));
    List<String> differences = new ArrayList<>();
    int partitions = found.partitions().size();
    if (partitions != spec.partitions()) {
      differences.add(
          "has %d partitions, not %d: %s"
              .formatted(partitions, spec.partitions(), partitionRemedy(partitions, spec)));
    }
    int replicas = found.partitions().get(0).replicas().size();
    if (spec.replication() != -1 && replicas != spec.replication()) {
      differences.add(
          "has replication factor %d, not %d: set topics.replication, or reassign its replicas"
              .formatted(replicas, spec.replication()));
    }
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, spec.name());
    Config configs =
        only(
            get(
                admin.describeConfigs(List.of(resource)).all(),
                "describe the settings of topic '" + spec.name() + "'",
                to("DescribeConfigs", spec)));
    compareConfigs(spec, configs, differences);
    return List.copyOf(differences);
  }

  private static String partitionRemedy(int partitions, TopicSpec spec) {
    if (spec.configs().getOrDefault("cleanup.policy", "").equals("compact")) {
      return "delete it and create it anew while it is empty; its readers rely on the count";
    }
    return partitions < spec.partitions()
        ? "set topics.partitions to what there is, or add partitions to all topics"
        : "set topics.partitions to what there is";
  }

  /**
   * Only settings on which correctness depends; sizes of segments and the like are the operator's.
   */
  private void compareConfigs(TopicSpec spec, Config configs, List<String> differences) {
    spec.configs()
        .forEach(
            (key, wanted) -> {
              ConfigEntry entry = configs.get(key);
              String found = entry == null ? "" : Objects.requireNonNullElse(entry.value(), "");
              boolean differs =
                  switch (key) {
                    case "cleanup.policy" -> !words(found).equals(words(wanted));
                    case "max.message.bytes" -> Long.parseLong(found) < Long.parseLong(wanted);
                    default -> false;
                  };
              if (differs) {
                differences.add(
                    "has %s=%s, not %s: run kafka-configs.sh --bootstrap-server %s --alter --topic %s --add-config %s=%s"
                        .formatted(
                            key,
                            found,
                            wanted,
                            kafka.bootstrapServers(),
                            spec.name(),
                            key,
                            wanted));
              }
            });
  }

  private static Set<String> words(String list) {
    return Arrays.stream(list.split(",")).map(String::strip).collect(Collectors.toSet());
  }

  private static <T> T only(Map<?, T> one) {
    return one.values().iterator().next();
  }

  private Access to(String operation, TopicSpec topic) {
    return Access.toTopic(kafka, operation, topic.name());
  }

  private <T> T get(KafkaFuture<T> future, String what, Access tried) {
    return KafkaAnswers.await(kafka, future, timeout, what, tried);
  }
}
