package io.streamdistill.kafka;

import static io.streamdistill.config.Require.require;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The {@code kafka:} block of the configuration, passed verbatim to every client. A key that starts
 * with {@code admin.}, {@code consumer.}, {@code producer.} or {@code streams.} goes to that kind
 * of client only, and wins there.
 *
 * @param properties Kafka client properties; {@code bootstrap.servers} is required
 */
public record KafkaSettings(Map<String, String> properties) {

  /** Keys that StreamDistill sets itself, each with the reason. */
  private static final Map<String, String> RESERVED =
      Map.ofEntries(
          Map.entry("processing.guarantee", "soft targets are published exactly once"),
          Map.entry("isolation.level", "readers must not see aborted records"),
          Map.entry("enable.auto.commit", "offsets are committed with the results they belong to"),
          Map.entry("enable.idempotence", "transactions need it"),
          Map.entry("acks", "transactions need acks=all"),
          Map.entry("transactional.id", "it fences a second writer of the same student"),
          Map.entry("application.id", "set teacher.application-id"),
          Map.entry("group.id", "it is derived from teacher.application-id or student.name"),
          Map.entry("auto.offset.reset", "the log is read from its beginning or from a checkpoint"),
          Map.entry("key.serializer", "the wire format is part of the product"),
          Map.entry("value.serializer", "the wire format is part of the product"),
          Map.entry("key.deserializer", "the wire format is part of the product"),
          Map.entry("value.deserializer", "the wire format is part of the product"));

  /** What Streams and this class limit a key to a client with. */
  private static final Pattern CLIENT_PREFIX =
      Pattern.compile("^(streams\\.)?((main|restore|global)\\.)?((admin|consumer|producer)\\.)?");

  /** The kinds of client that a key can be limited to. */
  private enum Kind {
    ADMIN,
    CONSUMER,
    PRODUCER,
    STREAMS;

    String prefix() {
      return name().toLowerCase(java.util.Locale.ROOT) + ".";
    }
  }

  /** Validates. */
  public KafkaSettings {
    properties = Map.copyOf(properties);
    String servers = properties.getOrDefault("bootstrap.servers", "");
    require(
        !servers.isBlank(), "kafka.bootstrap.servers is missing; set it to host:port of a broker");
    if (!servers.contains("${")) { // a config provider tells it
      BootstrapServers.requireAddresses(servers);
    }
    properties.keySet().forEach(KafkaSettings::requireFree);
  }

  private static void requireFree(String key) {
    String bare = CLIENT_PREFIX.matcher(key).replaceFirst("");
    String reason = RESERVED.getOrDefault(bare, "");
    require(
        reason.isEmpty(), "kafka.%s is reserved: %s; remove it from the kafka block", key, reason);
  }

  /** Settings that name only the broker. */
  public static KafkaSettings of(String bootstrapServers) {
    return new KafkaSettings(Map.of("bootstrap.servers", bootstrapServers));
  }

  /** Returns {@code host:port[,host:port...]}. */
  public String bootstrapServers() {
    return properties.getOrDefault("bootstrap.servers", "");
  }

  /** Properties of an admin client. */
  public Map<String, Object> admin() {
    return forKind(Kind.ADMIN);
  }

  /** Properties of a consumer: {@code read_committed}, no automatic commits. */
  public Map<String, Object> consumer() {
    Map<String, Object> merged = forKind(Kind.CONSUMER);
    merged.put("isolation.level", "read_committed");
    merged.put("enable.auto.commit", "false");
    merged.put("allow.auto.create.topics", "false");
    return merged;
  }

  /** Properties of an idempotent producer with {@code acks=all}; compression lz4 by default. */
  public Map<String, Object> producer() {
    Map<String, Object> merged = forKind(Kind.PRODUCER);
    merged.put("enable.idempotence", "true");
    merged.put("acks", "all");
    merged.putIfAbsent("compression.type", "lz4");
    return merged;
  }

  /**
   * Properties of a Kafka Streams application, without application id and guarantee. Keys for
   * consumers, producers and admin clients keep their prefixes, which Streams understands.
   */
  public Map<String, Object> streams() {
    Map<String, Object> merged = new HashMap<>();
    properties.forEach(
        (key, value) -> {
          if (!key.startsWith(Kind.STREAMS.prefix())) {
            merged.put(key, value);
          }
        });
    properties.forEach(
        (key, value) -> {
          if (key.startsWith(Kind.STREAMS.prefix())) {
            merged.put(key.substring(Kind.STREAMS.prefix().length()), value);
          }
        });
    return merged;
  }

  private Map<String, Object> forKind(Kind wanted) {
    Map<String, Object> merged = new HashMap<>();
    properties.forEach(
        (key, value) -> {
          boolean limited = false;
          for (Kind kind : Kind.values()) {
            limited |= key.startsWith(kind.prefix());
          }
          if (!limited) {
            merged.put(key, value);
          }
        });
    properties.forEach(
        (key, value) -> {
          if (key.startsWith(wanted.prefix())) {
            merged.put(key.substring(wanted.prefix().length()), value);
          }
        });
    return merged;
  }
}
