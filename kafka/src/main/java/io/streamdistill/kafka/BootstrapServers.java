package io.streamdistill.kafka;

import static io.streamdistill.config.Require.require;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The addresses in {@code bootstrap.servers}, in the form that Kafka's clients take. */
final class BootstrapServers {

  /** Kafka's own form: a protocol may stand before, an IPv6 address stands in brackets. */
  private static final Pattern ADDRESS =
      Pattern.compile("(?:[0-9a-zA-Z%._-]*://)?\\[?([0-9a-zA-Z%._:-]*)]?:(\\d{1,5})");

  private static final int MAX_PORT = 65535;

  private BootstrapServers() {}

  static List<String> split(String servers) {
    return Arrays.stream(servers.split(","))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }

  /** Checks the form of each address. */
  static void requireAddresses(String servers) {
    for (String address : split(servers)) {
      Matcher parts = ADDRESS.matcher(address);
      boolean fits = parts.matches() && !parts.group(1).isEmpty();
      require(
          fits && Integer.parseInt(parts.group(2)) <= MAX_PORT,
          "kafka.bootstrap.servers: '%s' is no host:port%s; write it like broker-1:9092",
          address,
          fits
              ? " (ports end at 65535)"
              : address.matches("[^:]*") ? " (the port is missing)" : "");
    }
  }

  /** The address, resolved if its host is known; empty when it has not the form. */
  static Optional<InetSocketAddress> address(String text) {
    Matcher parts = ADDRESS.matcher(text);
    return parts.matches() && Integer.parseInt(parts.group(2)) <= MAX_PORT
        ? Optional.of(new InetSocketAddress(parts.group(1), Integer.parseInt(parts.group(2))))
        : Optional.empty();
  }
}
