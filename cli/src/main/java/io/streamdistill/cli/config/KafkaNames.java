package io.streamdistill.cli.config;

import io.streamdistill.core.config.Nearest;
import io.streamdistill.core.kafka.KafkaSettings;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Finds names under {@code kafka:} that no Kafka client knows. */
final class KafkaNames {

  private static final Pattern PREFIX =
      Pattern.compile("^(streams\\.)?((main|restore|global)\\.)?((admin|consumer|producer)\\.)?");

  /** Class and parameters of a provider, under a name of one's own. */
  private static final Pattern PROVIDER = Pattern.compile("config\\.providers\\.[^.]+\\..+");

  private KafkaNames() {}

  /**
   * A line for each; what a client plugs in may have names of its own, so that these may be right.
   */
  static List<String> warnings(KafkaSettings kafka) {
    Set<String> known = new TreeSet<>(AdminClientConfig.configNames());
    known.addAll(ConsumerConfig.configNames());
    known.addAll(ProducerConfig.configNames());
    known.addAll(StreamsConfig.configDef().names());
    return kafka.properties().keySet().stream()
        .sorted()
        .filter(name -> !PROVIDER.matcher(PREFIX.matcher(name).replaceFirst("")).matches())
        .filter(name -> !known.contains(PREFIX.matcher(name).replaceFirst("")))
        .map(
            name ->
                "kafka.%s is a name that no Kafka client knows%s"
                    .formatted(
                        name,
                        Nearest.to(PREFIX.matcher(name).replaceFirst(""), known)
                            .map("; did you mean %s?"::formatted)
                            .orElse("; it is passed on all the same")))
        .toList();
  }
}
