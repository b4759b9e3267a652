package io.streamdistill.kafka;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * Looks who answers at the addresses of {@code kafka.bootstrap.servers}. Kafka's clients try on for
 * ever where the two sides do not even speak the same protocol, and then say that time is over.
 *
 * <p>Two requests that need no login tell it: {@code ApiVersions}, which a broker answers on every
 * listener without TLS, and {@code SaslHandshake}, which only one that wants a login welcomes.
 */
public final class BrokerProbe {

  /** Who answers at an address. */
  private enum Answer {
    UNKNOWN_HOST("the host is not known to the name service", false),
    REFUSED("nothing listens there", false),
    UNREACHABLE("no connection comes about; is a firewall between?", false),
    SILENT("the connection is taken, and nothing is answered", false),
    PLAIN("a Kafka broker without TLS and without login", true),
    SASL("a Kafka broker without TLS that wants a login", true),
    TLS("a port that speaks TLS", true),
    CLOSES("the connection is closed at once", false),
    HTTP("a web server, no Kafka broker", true),
    OTHER("no Kafka broker that is understood", true);

    private final String words;
    private final boolean certain;

    Answer(String words, boolean certain) {
      this.words = words;
      this.certain = certain;
    }
  }

  private static final int MOST_ADDRESSES = 5;
  private static final short API_VERSIONS = 18;
  private static final short SASL_HANDSHAKE = 17;
  private static final short ILLEGAL_SASL_STATE = 34;
  private static final int TLS_ALERT = 0x15;
  private static final int TLS_HANDSHAKE = 0x16;

  private final String protocol;
  private final List<String> addresses;
  private final int timeoutMillis;

  private BrokerProbe(KafkaSettings kafka, Duration timeout) {
    this.protocol =
        kafka
            .properties()
            .getOrDefault("security.protocol", "PLAINTEXT")
            .strip()
            .toUpperCase(Locale.ROOT);
    this.addresses = BootstrapServers.split(kafka.bootstrapServers());
    this.timeoutMillis = Math.toIntExact(timeout.toMillis());
  }

  /**
   * What makes it impossible for these settings to reach Kafka, as long as nobody changes them;
   * empty when there is nothing of the kind, which is no proof.
   */
  public static Optional<String> mismatch(KafkaSettings kafka, Duration timeout) {
    BrokerProbe probe = new BrokerProbe(kafka, timeout);
    String found = "";
    for (String address : probe.addresses.stream().limit(MOST_ADDRESSES).toList()) {
      Answer answer = probe.ask(address);
      Optional<String> remedy = probe.remedy(answer);
      if (!answer.certain || remedy.isEmpty()) {
        return Optional.empty();
      }
      if (found.isEmpty()) {
        found = "%s is %s; %s".formatted(address, answer.words, remedy.get());
      }
    }
    return Optional.of(found).filter(text -> !text.isEmpty());
  }

  /** What is found at the addresses, in words, for a message that Kafka does not answer. */
  public static String findings(KafkaSettings kafka, Duration timeout) {
    BrokerProbe probe = new BrokerProbe(kafka, timeout);
    StringBuilder words = new StringBuilder();
    for (String address : probe.addresses.stream().limit(MOST_ADDRESSES).toList()) {
      Answer answer = probe.ask(address);
      words
          .append(words.isEmpty() ? "" : "; ")
          .append(address)
          .append(": ")
          .append(answer.words)
          .append(
              probe
                  .remedy(answer)
                  .map(text -> ": " + text)
                  .orElse(
                      answer == Answer.PLAIN || answer == Answer.SASL
                          ? "; are the addresses that it advertises (advertised.listeners) reachable"
                              + " from here?"
                          : ""));
    }
    return words.toString();
  }

  private Optional<String> remedy(Answer answer) {
    boolean tls = protocol.endsWith("SSL");
    boolean login = protocol.startsWith("SASL");
    String set = "kafka.security.protocol is %s: set it to %s";
    return switch (answer) {
      case TLS -> tls ? Optional.empty() : say(set, login ? "SASL_SSL" : "SSL, or SASL_SSL");
      case PLAIN -> tls ? say(set, "PLAINTEXT") : login ? say(set, "PLAINTEXT") : Optional.empty();
      case SASL -> tls || !login ? say(set, "SASL_PLAINTEXT") : Optional.empty();
      case HTTP, OTHER -> Optional.of("set kafka.bootstrap.servers to host:port of a broker");
      default -> Optional.empty();
    };
  }

  private Optional<String> say(String form, String wanted) {
    return Optional.of(form.formatted(protocol, wanted));
  }

  private Answer ask(String address) {
    Optional<InetSocketAddress> target = BootstrapServers.address(address);
    if (target.isEmpty() || target.get().isUnresolved()) {
      return Answer.UNKNOWN_HOST;
    }
    Answer answer = withConnection(target.get(), BrokerProbe::answer);
    return answer == Answer.CLOSES || answer == Answer.SILENT
        ? withConnection(target.get(), socket -> speaksTls(socket) ? Answer.TLS : answer)
        : answer;
  }

  /** One conversation. */
  @FunctionalInterface
  private interface Talk {
    Answer with(Socket socket) throws IOException;
  }

  private Answer withConnection(InetSocketAddress target, Talk talk) {
    try (Socket socket = new Socket()) {
      socket.connect(target, timeoutMillis);
      socket.setSoTimeout(timeoutMillis);
      return talk.with(socket);
    } catch (ConnectException e) {
      return Answer.REFUSED;
    } catch (IOException e) {
      return Answer.UNREACHABLE;
    }
  }

  /** Sends the first message of TLS; only who speaks it answers with a record of TLS. */
  private static boolean speaksTls(Socket socket) {
    try {
      SSLEngine engine = SSLContext.getDefault().createSSLEngine();
      engine.setUseClientMode(true);
      ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      engine.wrap(ByteBuffer.allocate(0), hello);
      send(new DataOutputStream(socket.getOutputStream()), hello.flip());
      int first = socket.getInputStream().read();
      return first == TLS_ALERT || first == TLS_HANDSHAKE;
    } catch (IOException | NoSuchAlgorithmException e) {
      return false;
    }
  }

  private static Answer answer(Socket socket) {
    boolean isKafka = false;
    try {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      send(out, request(API_VERSIONS, 0, ""));
      byte[] head = new byte[4];
      in.readFully(head);
      if (head[0] == TLS_ALERT || head[0] == TLS_HANDSHAKE) {
        return Answer.TLS;
      }
      if (new String(head, StandardCharsets.US_ASCII).equals("HTTP")) {
        return Answer.HTTP;
      }
      int length = ByteBuffer.wrap(head).getInt();
      if (length < 4 || length > 1 << 20 || in.readInt() != API_VERSIONS) {
        return Answer.OTHER;
      }
      in.skipNBytes(length - 4L);
      isKafka = true;
      send(out, request(SASL_HANDSHAKE, 1, "PLAIN"));
      in.readInt(); // length
      in.readInt(); // correlation id
      return in.readShort() == ILLEGAL_SASL_STATE ? Answer.PLAIN : Answer.SASL;
    } catch (SocketTimeoutException e) {
      return Answer.SILENT;
    } catch (EOFException | SocketException e) { // hung up on a request that it does not know
      return isKafka ? Answer.PLAIN : Answer.CLOSES;
    } catch (IOException e) {
      return Answer.UNREACHABLE;
    }
  }

  /** A request; its correlation id is its key. */
  private static ByteBuffer request(short key, int version, String text) {
    ByteBuffer request = ByteBuffer.allocate(64);
    request.putInt(0).putShort(key).putShort((short) version).putInt(key);
    put(request, "distill-probe");
    if (!text.isEmpty()) {
      put(request, text);
    }
    request.putInt(0, request.position() - 4);
    return request.flip();
  }

  private static void put(ByteBuffer request, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    request.putShort((short) bytes.length).put(bytes);
  }

  private static void send(DataOutputStream out, ByteBuffer request) throws IOException {
    byte[] bytes = new byte[request.remaining()];
    request.get(bytes);
    out.write(bytes);
    out.flush();
  }
}
