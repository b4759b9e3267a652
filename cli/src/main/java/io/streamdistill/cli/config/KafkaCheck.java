package io.streamdistill.cli.config;

import io.streamdistill.kafka.KafkaFailure;
import io.streamdistill.kafka.KafkaSettings;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Whether Kafka's clients take the section {@code kafka:}: values of every kind of client, the
 * login, and the files of keys and certificates. Nothing connects.
 */
final class KafkaCheck {

  /** Logins that ask somebody over the network. */
  private static final Set<String> REMOTE = Set.of("OAUTHBEARER", "GSSAPI");

  private final Set<String> problems = new LinkedHashSet<>();

  private KafkaCheck() {}

  /** What is wrong, a message each. */
  static List<String> problems(KafkaSettings kafka) {
    KafkaCheck check = new KafkaCheck();
    check.attempt(() -> new AdminClientConfig(kafka.admin()));
    check.attempt(
        () ->
            new ConsumerConfig(
                with(
                    kafka.consumer(),
                    "key.deserializer",
                    ByteArrayDeserializer.class,
                    "value.deserializer",
                    ByteArrayDeserializer.class)));
    check.attempt(
        () ->
            new ProducerConfig(
                with(
                    kafka.producer(),
                    "key.serializer",
                    ByteArraySerializer.class,
                    "value.serializer",
                    ByteArraySerializer.class)));
    check.attempt(
        () -> new StreamsConfig(with(kafka.streams(), "application.id", "check", "client.id", "")));
    if (check.problems.isEmpty() && !REMOTE.contains(mechanism(kafka))) {
      check.attempt(() -> login(kafka));
    }
    return List.copyOf(check.problems);
  }

  private static String mechanism(KafkaSettings kafka) {
    Map<String, String> properties = kafka.properties();
    String protocol = properties.getOrDefault("security.protocol", "").toUpperCase(Locale.ROOT);
    return protocol.startsWith("SASL") && properties.containsKey("sasl.jaas.config")
        ? properties.getOrDefault("sasl.mechanism", "GSSAPI")
        : "";
  }

  /** What a client does before its first connection: reads keys, parses the login. */
  private static void login(KafkaSettings kafka) {
    AdminClientConfig config = new AdminClientConfig(kafka.admin());
    ClientUtils.createChannelBuilder(config, Time.SYSTEM, new LogContext()).close();
  }

  private static Map<String, Object> with(
      Map<String, Object> settings, String key, Object value, String key2, Object value2) {
    Map<String, Object> all = new HashMap<>(settings);
    all.putIfAbsent(key, value);
    all.putIfAbsent(key2, value2);
    return all;
  }

  private void attempt(Runnable check) {
    try {
      check.run();
    } catch (KafkaException | IllegalArgumentException e) {
      problems.add(KafkaFailure.describe(e));
    }
  }
}
