package io.streamdistill.cli.config;

import io.streamdistill.config.Nearest;
import io.streamdistill.kafka.KafkaSettings;
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

  private static final String SECTION = "kafka.";

  private static final Pattern PREFIX =
      Pattern.compile("^(streams\\.)?((main|restore|global)\\.)?((admin|consumer|producer)\\.)?");

  /** Class and parameters of a provider, under a name of one's own. */
  private static final Pattern PROVIDER = Pattern.compile("config\\.providers\\.[^.]+\\..+");

  private KafkaNames() {}

  private static final Set<String> KNOWN = known();

  private static Set<String> known() {
    Set<String> known = new TreeSet<>(AdminClientConfig.configNames());
    known.addAll(ConsumerConfig.configNames());
    known.addAll(ProducerConfig.configNames());
    known.addAll(StreamsConfig.configDef().names());
    return known;
  }

  /** Whether a client knows the key {@code kafka.NAME}; other keys are none of this class. */
  static boolean isKnown(String key) {
    return !key.startsWith(SECTION) || KNOWN.contains(bare(key.substring(SECTION.length())));
  }

  private static String bare(String name) {
    return PREFIX.matcher(name).replaceFirst("");
  }

  /**
   * A line for each; what a client plugs in may have names of its own, so that these may be right.
   */
  static List<String> warnings(KafkaSettings kafka) {
    return kafka.properties().keySet().stream()
        .sorted()
        .filter(name -> !PROVIDER.matcher(bare(name)).matches())
        .filter(name -> !KNOWN.contains(bare(name)))
        .map(
            name ->
                "kafka.%s is a name that no Kafka client knows%s"
                    .formatted(
                        name,
                        Nearest.to(bare(name), KNOWN)
                            .map("; did you mean %s?"::formatted)
                            .orElse("; it is passed on all the same")))
        .toList();
  }
}
