package io.streamdistill.testkit;

import io.streamdistill.broker.BrokerConfig;
import io.streamdistill.broker.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A real broker as a test parameter, started once for all test classes. Students and topics are to
 * be named per test.
 */
public final class TestBroker implements ParameterResolver {

  private static final AtomicInteger TOPICS = new AtomicInteger();

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Running.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(TestBroker.class))
        .getOrComputeIfAbsent(Running.class);
  }

  /** The broker that runs. */
  public static final class Running implements AutoCloseable {

    private final Path directory;
    private final EmbeddedBroker broker;

    Running() throws IOException {
      directory = Files.createTempDirectory("test-broker");
      broker =
          EmbeddedBroker.start(
              BrokerConfig.in(directory).withOverride("log.cleaner.backoff.ms", "200"));
    }

    /** What clients set as {@code bootstrap.servers}. */
    public String bootstrapServers() {
      return broker.bootstrapServers();
    }

    private Map<String, Object> client() {
      return Map.of("bootstrap.servers", bootstrapServers());
    }

    /** Creates a compacted topic with a name of its own. */
    public String compactedTopic(int partitions, Map<String, String> settings) {
      String name = "compacted-" + TOPICS.incrementAndGet();
      Map<String, String> all = new HashMap<>(settings);
      all.putIfAbsent("cleanup.policy", "compact");
      all.putIfAbsent("max.message.bytes", "1048588"); // Kafka's default, the embedded broker's not
      try (Admin admin = Admin.create(client())) {
        admin
            .createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(all)))
            .all()
            .get();
        awaitVisible(admin, name);
        return name;
      } catch (ExecutionException | InterruptedException e) {
        throw new IllegalStateException("cannot create " + name, e);
      }
    }

    /** The controller has created it when clients of the broker may not see it yet. */
    private static void awaitVisible(Admin admin, String topic) throws InterruptedException {
      while (true) {
        try {
          admin.describeTopics(List.of(topic)).allTopicNames().get();
          return;
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
            throw new IllegalStateException("cannot describe " + topic, e);
          }
          Thread.sleep(50);
        }
      }
    }

    /** Creates a topic with one partition that is not compacted. */
    public String topic() {
      return compactedTopic(1, Map.of("cleanup.policy", "delete"));
    }

    /** Sends one record and returns its offset. */
    public long send(String topic, int partition, byte @Nullable [] key, byte @Nullable [] value) {
      try (KafkaProducer<byte[], byte[]> producer = producer("")) {
        return producer.send(new ProducerRecord<>(topic, partition, key, value)).get().offset();
      } catch (ExecutionException | InterruptedException e) {
        throw new IllegalStateException("cannot send to " + topic, e);
      }
    }

    /** Opens a producer, transactional when {@code transactionalId} is not empty. */
    public KafkaProducer<byte[], byte[]> producer(String transactionalId) {
      Map<String, Object> properties = new HashMap<>(client());
      if (!transactionalId.isEmpty()) {
        properties.put("transactional.id", transactionalId);
      }
      return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void close() throws IOException {
      broker.close();
      try (Stream<Path> tree = Files.walk(directory)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
