package io.streamdistill.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The two ports of a node. */
record Ports(int broker, int controller) {
  /**
   * Free ports come from below the range from which Linux (32768 up) and others take the local ends
   * of outgoing connections. Inside that range a client that keeps reconnecting while the broker is
   * down can be given the broker's own port, connect to itself, and keep the broker from
   * restarting.
   */
  private static final int LOWEST = 20_000;

  private static final int BOUND = 32_768;
  private static final int ATTEMPTS = 1_000;

  /** As configured; else those of the last run when free, so that clients find the broker again. */
  static Ports choose(BrokerConfig config, Optional<Ports> last, RandomGenerator random) {
    int broker =
        choose(
            "broker.port", config.port(), last.map(Ports::broker), config.controllerPort(), random);
    int controller =
        choose(
            "broker.controller-port",
            config.controllerPort(),
            last.map(Ports::controller),
            broker,
            random);
    return new Ports(broker, controller);
  }

  private static int choose(
      String key, int configured, Optional<Integer> last, int taken, RandomGenerator random) {
    if (configured != 0) {
      if (!isFree(configured)) {
        throw new EmbeddedBrokerException(
            "%s: port %d on %s is in use; stop what listens there, or set %s to another port or to 0 for a free one"
                .formatted(key, configured, NodeProperties.HOST, key));
      }
      return configured;
    }
    return last.filter(port -> port != taken && isFree(port))
        .orElseGet(() -> anyFree(key, taken, random));
  }

  private static int anyFree(String key, int taken, RandomGenerator random) {
    return random
        .ints(ATTEMPTS, LOWEST, BOUND)
        .filter(port -> port != taken && isFree(port))
        .findFirst()
        .orElseThrow(
            () ->
                new EmbeddedBrokerException(
                    "%s: found no free port in [%d, %d) on %s; set %s to one that is free"
                        .formatted(key, LOWEST, BOUND, NodeProperties.HOST, key)));
  }

  private static InetAddress loopback() throws UnknownHostException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1}); // NodeProperties.HOST
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // as Kafka binds: connections in TIME_WAIT are no hindrance
      socket.bind(new InetSocketAddress(loopback(), port));
      return true;
    } catch (IOException inUse) {
      return false;
    }
  }
}
