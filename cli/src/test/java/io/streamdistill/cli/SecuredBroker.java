package io.streamdistill.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.common.TransactionVersion;

/**
 * A broker as clusters have them: TLS, SCRAM, and an authorizer that allows nothing by itself. Its
 * super user is {@value #ADMIN}; its controller, which no client talks to, is on a plain port.
 */
final class SecuredBroker implements AutoCloseable {

  static final String ADMIN = "admin";
  private static final String PASSWORD = "admin-secret";
  private static final String STORE_PASSWORD = "store-secret";

  private final Path directory;
  private final KafkaRaftServer server;
  private final int port;

  private SecuredBroker(Path directory, KafkaRaftServer server, int port) {
    this.directory = directory;
    this.server = server;
    this.port = port;
  }

  static SecuredBroker start(Path directory) throws Exception {
    Files.createDirectories(directory);
    certificate(directory);
    int port = freePort();
    Properties properties = properties(directory, port);
    format(directory.resolve("kafka").toString());
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
    server.startup();
    return new SecuredBroker(directory, server, port);
  }

  String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** The certificate that clients trust. */
  Path certificate() {
    return directory.resolve("ca.pem");
  }

  Map<String, Object> adminClient() {
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", bootstrapServers());
    properties.put("security.protocol", "SASL_SSL");
    properties.put("sasl.mechanism", "SCRAM-SHA-512");
    properties.put("sasl.jaas.config", login());
    properties.put("ssl.truststore.type", "PEM");
    properties.put("ssl.truststore.location", certificate().toString());
    return properties;
  }

  private static String login() {
    return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
        .formatted(ADMIN, PASSWORD);
  }

  private static Properties properties(Path directory, int port) throws IOException {
    int controller = freePort();
    Properties properties = new Properties();
    properties.setProperty("process.roles", "broker,controller");
    properties.setProperty("node.id", "1");
    properties.setProperty(
        "listeners", "SASL_SSL://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller);
    properties.setProperty("advertised.listeners", "SASL_SSL://127.0.0.1:" + port);
    properties.setProperty("controller.listener.names", "CONTROLLER");
    properties.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controller);
    properties.setProperty("inter.broker.listener.name", "SASL_SSL");
    properties.setProperty(
        "listener.security.protocol.map", "SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT");
    properties.setProperty("log.dirs", directory.resolve("kafka").toString());
    properties.setProperty("sasl.enabled.mechanisms", "SCRAM-SHA-512");
    properties.setProperty("sasl.mechanism.inter.broker.protocol", "SCRAM-SHA-512");
    properties.setProperty("listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config", login());
    properties.setProperty("ssl.keystore.type", "PKCS12");
    properties.setProperty("ssl.keystore.location", directory.resolve("broker.p12").toString());
    properties.setProperty("ssl.keystore.password", STORE_PASSWORD);
    properties.setProperty("ssl.truststore.type", "PEM");
    properties.setProperty("ssl.truststore.location", directory.resolve("ca.pem").toString());
    properties.setProperty("authorizer.class.name", RecordingAuthorizer.class.getName());
    properties.setProperty("super.users", "User:" + ADMIN + ";User:ANONYMOUS");
    properties.setProperty("auto.create.topics.enable", "false");
    for (String topic : List.of("offsets.topic", "transaction.state.log")) {
      properties.setProperty(topic + ".replication.factor", "1");
      properties.setProperty(topic + ".num.partitions", "2");
    }
    properties.setProperty("transaction.state.log.min.isr", "1");
    properties.setProperty("group.initial.rebalance.delay.ms", "0");
    return properties;
  }

  private static void format(String logDirectory) throws Exception {
    Formatter formatter = new Formatter();
    formatter.setPrintStream(
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    formatter.setNodeId(1);
    formatter.setClusterId(Uuid.randomUuid().toString());
    formatter.addDirectory(logDirectory);
    formatter.setMetadataLogDirectory(logDirectory);
    formatter.setControllerListenerName("CONTROLLER");
    formatter.setReleaseVersion(MetadataVersion.latestProduction());
    formatter.setFeatureLevel(
        TransactionVersion.FEATURE_NAME, TransactionVersion.TV_2.featureLevel());
    formatter.setScramArguments(
        List.of("SCRAM-SHA-512=[name=%s,password=%s]".formatted(ADMIN, PASSWORD)));
    formatter.run();
  }

  private static void certificate(Path directory) throws Exception {
    keytool(
        directory,
        "-genkeypair",
        "-alias",
        "broker",
        "-keyalg",
        "RSA",
        "-keysize",
        "2048",
        "-validity",
        "2",
        "-dname",
        "CN=127.0.0.1",
        "-ext",
        "san=ip:127.0.0.1,dns:localhost",
        "-storetype",
        "PKCS12");
    keytool(directory, "-exportcert", "-alias", "broker", "-rfc", "-file", "ca.pem");
  }

  private static void keytool(Path directory, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keystore", "broker.p12", "-storepass", STORE_PASSWORD));
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keytool.log").toFile())
            .start();
    if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new IOException(
          "keytool failed: " + Files.readString(directory.resolve("keytool.log")));
    }
  }

  /** Below the range of outgoing connections, as the embedded broker's. */
  private static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_768);
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (IOException inUse) {
        // another one
      }
    }
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
