package io.streamdistill.broker;

import java.lang.reflect.Field;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.BrokerRegistration;
import scala.Option;

/**
 * Controller and broker of one node, started in an order that a kill -9 cannot hurt.
 *
 * <p>A killed node is still registered when it starts again. Kafka 4.3.1 then makes its broker what
 * it was before, leader of every partition and coordinator of every transaction, until the old
 * registration times out; and a coordinator that ends transactions while partitions lose their
 * leader forgets partitions: it takes them for deleted ("likely deleted already and hence can be
 * skipped", TransactionMarkerChannelManager). Such a transaction hangs, and its records are
 * committed with those of the next one. So the broker starts only when the controller has fenced
 * the old registration; a clean shutdown has done that already.
 */
final class Node {

  /** Twice the longest session that is likely to be configured. */
  private static final long PATIENCE_SECONDS = 60;

  private final KafkaRaftServer server;

  Node(KafkaConfig config) {
    server = new KafkaRaftServer(config, Time.SYSTEM);
  }

  /** Returns when clients can use the broker. */
  void start() throws Exception {
    ControllerServer controller = part("controller", ControllerServer.class);
    controller.startup();
    FencedPublisher fenced = new FencedPublisher();
    controller.sharedServer().loader().installPublishers(List.of(fenced)).get();
    if (!fenced.await()) {
      throw new EmbeddedBrokerException(
          "the registration of the node that ran here before did not end within %d s; lower broker.session.timeout.ms"
              .formatted(PATIENCE_SECONDS));
    }
    part("broker", BrokerServer.class).startup();
  }

  /** Kafka starts the two parts in one call, and shows neither. */
  private <T> T part(String name, Class<T> type) throws ReflectiveOperationException {
    Field field = KafkaRaftServer.class.getDeclaredField(name);
    field.setAccessible(true);
    return type.cast(((Option<?>) field.get(server)).get());
  }

  /** Stops what was started. */
  void stop() {
    server.shutdown();
    server.awaitShutdown();
  }

  /** Waits until no broker of this node counts as alive. */
  private static final class FencedPublisher implements MetadataPublisher {

    private final CountDownLatch fenced = new CountDownLatch(1);

    @Override
    public String name() {
      return "FencedPublisher";
    }

    @Override
    public void onMetadataUpdate(
        MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
      BrokerRegistration before = image.cluster().broker(NodeProperties.NODE_ID);
      if (before == null || before.fenced()) {
        fenced.countDown();
      }
    }

    @Override
    public void close() {}

    boolean await() throws InterruptedException {
      return fenced.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }
}
