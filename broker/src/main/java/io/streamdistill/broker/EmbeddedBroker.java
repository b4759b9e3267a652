package io.streamdistill.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.KafkaConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A single-node Kafka (broker and KRaft controller) in this JVM, reachable from this machine only.
 *
 * <p>Data, cluster id and, when free, ports survive a restart on the same directory. Time-based
 * retention is off unless overridden: records may carry old timestamps. Kafka halts the JVM when it
 * loses its data directory, so close the broker before deleting that; a {@link BrokerProcess} keeps
 * such an end away from the caller.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);

  private final DataDirectory directory;
  private final Ports ports;
  private final Node node;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedBroker(DataDirectory directory, Ports ports, Node node) {
    this.directory = directory;
    this.ports = ports;
    this.node = node;
  }

  /**
   * Starts a broker and returns when clients can use it, after 2 to 5 s.
   *
   * @throws EmbeddedBrokerException if a configured port or the data directory is in use, or Kafka
   *     fails
   */
  public static EmbeddedBroker start(BrokerConfig config) {
    try {
      DataDirectory directory = DataDirectory.open(config.dataDir());
      try {
        return start(config, directory);
      } catch (Throwable e) {
        directory.close();
        throw e;
      }
    } catch (EmbeddedBrokerException e) {
      throw e;
    } catch (Exception e) {
      throw new EmbeddedBrokerException(
          "broker in %s did not start: %s".formatted(config.dataDir(), e.getMessage()), e);
    }
  }

  private static EmbeddedBroker start(BrokerConfig config, DataDirectory directory)
      throws Exception {
    // Before Kafka finds out: it ends the whole JVM when the controller cannot bind its port.
    Ports ports = Ports.choose(config, directory.lastPorts(), ThreadLocalRandom.current());
    KafkaConfig kafkaConfig =
        new KafkaConfig(NodeProperties.of(config, directory.logDir(), ports), false);
    directory.formatIfNeeded();
    directory.savePorts(ports);
    Node node = new Node(kafkaConfig);
    try {
      node.start();
    } catch (Throwable e) {
      node.stop();
      throw e;
    }
    EmbeddedBroker broker = new EmbeddedBroker(directory, ports, node);
    log.info("Kafka runs at {} in {}", broker.bootstrapServers(), config.dataDir());
    return broker;
  }

  /** What clients set as {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return NodeProperties.HOST + ":" + ports.broker();
  }

  /** Stops cleanly and gives the data directory free; a second call does nothing. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try (directory) {
      node.stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
