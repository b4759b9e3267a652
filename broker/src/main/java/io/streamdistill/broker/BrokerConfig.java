package io.streamdistill.broker;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One broker and where it keeps its data.
 *
 * @param dataDir directory of everything the broker writes; created when missing
 * @param port port for clients on 127.0.0.1; 0, the default, means the port of the last run when it
 *     is still free, else any free one
 * @param controllerPort port of the KRaft controller on 127.0.0.1; 0 as for {@code port}
 * @param overrides Kafka broker settings by name, on top of {@code embedded-broker.properties};
 *     default none
 */
public record BrokerConfig(
    Path dataDir, int port, int controllerPort, Map<String, String> overrides) {

  public BrokerConfig {
    dataDir = dataDir.toAbsolutePath().normalize();
    overrides = Map.copyOf(overrides);
    requirePort("broker.port", port);
    requirePort("broker.controller-port", controllerPort);
    require(
        port == 0 || port != controllerPort,
        "broker.port and broker.controller-port must differ, got %s for both; set one of them to 0"
            + " to take a free port",
        port);
    overrides.keySet().forEach(NodeProperties::requireOverridable);
  }

  /** A broker in {@code dataDir} on free ports, without overrides. */
  public static BrokerConfig in(Path dataDir) {
    return new BrokerConfig(dataDir, 0, 0, Map.of());
  }

  public BrokerConfig withPort(int newPort) {
    return new BrokerConfig(dataDir, newPort, controllerPort, overrides);
  }

  public BrokerConfig withOverride(String key, String value) {
    Map<String, String> extended = new LinkedHashMap<>(overrides);
    extended.put(key, value);
    return new BrokerConfig(dataDir, port, controllerPort, extended);
  }

  private static void requirePort(String key, int port) {
    require(port >= 0 && port <= 65535, "%s must be in [0, 65535], got %s", key, port);
  }

  private static void require(boolean holds, String message, Object... args) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(args));
    }
  }
}
