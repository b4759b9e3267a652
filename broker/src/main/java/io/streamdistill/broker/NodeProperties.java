package io.streamdistill.broker;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.server.config.AbstractKafkaConfig;

/** The settings of the one Kafka node: defaults of this module, then overrides, then addresses. */
final class NodeProperties {
  static final int NODE_ID = 1;
  static final String HOST = "127.0.0.1";
  static final String CONTROLLER_LISTENER = "CONTROLLER";

  /** Follow from data directory and ports, so an override could only break them. */
  private static final Set<String> OWN_KEYS =
      Set.of(
          "process.roles",
          "node.id",
          "listeners",
          "advertised.listeners",
          "controller.listener.names",
          "controller.quorum.voters",
          "controller.quorum.bootstrap.servers",
          "inter.broker.listener.name",
          "security.inter.broker.protocol",
          "listener.security.protocol.map",
          "log.dir",
          "log.dirs",
          "metadata.log.dir");

  private NodeProperties() {}

  static Properties of(BrokerConfig config, Path logDir, Ports ports) {
    Properties properties = defaults();
    config.overrides().forEach(properties::setProperty);
    String client = "PLAINTEXT://" + HOST + ":" + ports.broker();
    String controller = HOST + ":" + ports.controller();
    properties.setProperty("process.roles", "broker,controller");
    properties.setProperty("node.id", Integer.toString(NODE_ID));
    properties.setProperty("listeners", client + "," + CONTROLLER_LISTENER + "://" + controller);
    properties.setProperty("advertised.listeners", client);
    properties.setProperty("controller.listener.names", CONTROLLER_LISTENER);
    properties.setProperty("controller.quorum.voters", NODE_ID + "@" + controller);
    properties.setProperty("inter.broker.listener.name", "PLAINTEXT");
    properties.setProperty(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
    properties.setProperty("log.dirs", logDir.toString());
    return properties;
  }

  static void requireOverridable(String key) {
    if (OWN_KEYS.contains(key)) {
      throw new IllegalArgumentException(
          "broker.overrides must not set %s: it follows from data directory and ports"
              .formatted(key));
    }
    Set<String> known = AbstractKafkaConfig.CONFIG_DEF.names();
    if (!known.contains(key)) {
      String nearest =
          known.stream().min(Comparator.comparingInt(name -> distance(key, name))).orElseThrow();
      throw new IllegalArgumentException(
          "broker.overrides: Kafka has no setting %s; did you mean %s?".formatted(key, nearest));
    }
  }

  private static Properties defaults() {
    Properties properties = new Properties();
    try (InputStream in = NodeProperties.class.getResourceAsStream("embedded-broker.properties")) {
      properties.load(Objects.requireNonNull(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  /** Levenshtein distance, one row at a time. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1]; // (|b| + 1)
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
