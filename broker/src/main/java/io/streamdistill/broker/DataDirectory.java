package io.streamdistill.broker;

import static org.apache.kafka.metadata.properties.MetaPropertiesEnsemble.META_PROPERTIES_NAME;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.common.TransactionVersion;

/** A data directory, held by one broker at a time: {@code kafka/}, the last ports, a lock. */
final class DataDirectory implements AutoCloseable {
  private final Path root;
  private final FileChannel lock;

  private DataDirectory(Path root, FileChannel lock) {
    this.root = root;
    this.lock = lock;
  }

  /**
   * Kafka has a lock of its own, but ends the whole JVM when it cannot have it; this one gives an
   * exception first.
   */
  static DataDirectory open(Path root) throws IOException {
    Files.createDirectories(root.resolve("kafka"));
    FileChannel channel =
        FileChannel.open(
            root.resolve("broker.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean held = false;
    try {
      held = channel.tryLock() != null;
    } catch (OverlappingFileLockException heldByThisJvm) {
      // the message below says it
    } finally {
      if (!held) {
        channel.close();
      }
    }
    if (!held) {
      throw new EmbeddedBrokerException(
          "broker.data-dir: another broker runs in %s; stop it, or use another directory"
              .formatted(root));
    }
    return new DataDirectory(root, channel);
  }

  /** For temporary files of a broker that has a JVM of its own. */
  static Path scratch(Path root) {
    return root.resolve("tmp");
  }

  Path logDir() {
    return root.resolve("kafka");
  }

  /** Only a fresh directory is formatted; an existing one keeps cluster id, features and data. */
  void formatIfNeeded() throws Exception {
    // Written last and atomically by the formatter, so half a format is done again.
    if (Files.exists(logDir().resolve(META_PROPERTIES_NAME))) {
      return;
    }
    Formatter formatter = new Formatter();
    formatter.setPrintStream(
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    formatter.setNodeId(NodeProperties.NODE_ID);
    formatter.setClusterId(Uuid.randomUuid().toString());
    formatter.addDirectory(logDir().toString());
    formatter.setMetadataLogDirectory(logDir().toString());
    formatter.setControllerListenerName(NodeProperties.CONTROLLER_LISTENER);
    formatter.setReleaseVersion(MetadataVersion.latestProduction());
    // Exactly-once is sound only with this protocol (KIP-890).
    formatter.setFeatureLevel(
        TransactionVersion.FEATURE_NAME, TransactionVersion.TV_2.featureLevel());
    formatter.run();
  }

  Optional<Ports> lastPorts() throws IOException {
    if (!Files.exists(portsFile())) {
      return Optional.empty();
    }
    Properties saved = new Properties();
    try (InputStream in = Files.newInputStream(portsFile())) {
      saved.load(in);
    }
    try {
      return Optional.of(
          new Ports(
              Integer.parseInt(saved.getProperty("broker")),
              Integer.parseInt(saved.getProperty("controller"))));
    } catch (NumberFormatException damaged) {
      return Optional.empty(); // they are only a preference
    }
  }

  void savePorts(Ports ports) throws IOException {
    Path next = root.resolve("ports.properties.next");
    Files.writeString(
        next, "broker=%d%ncontroller=%d%n".formatted(ports.broker(), ports.controller()));
    Files.move(next, portsFile(), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }

  private Path portsFile() {
    return root.resolve("ports.properties");
  }
}
