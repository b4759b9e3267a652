package io.streamdistill.kafka;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows what topics are: it looks at them every few seconds, and whenever it is asked to. While
 * Kafka does not answer, what was seen last is known, and its age. Thread-safe.
 */
public final class TopicWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TopicWatch.class);

  private final Admin admin;
  private final String servers;
  private final List<String> topics;
  private final Duration patience;
  private final Clock clock;
  private final Map<String, TopicSnapshot> last = new ConcurrentHashMap<>();
  private volatile Instant answered;
  private volatile boolean closed;
  private volatile Consumer<TopicSnapshot> listener = snapshot -> {};
  private volatile Optional<Thread> thread = Optional.empty();

  private TopicWatch(
      Admin admin, String servers, Collection<String> topics, Duration patience, Clock clock) {
    this.admin = admin;
    this.servers = servers;
    this.topics = List.copyOf(topics);
    this.patience = patience;
    this.clock = clock;
    this.answered = clock.instant();
  }

  /**
   * Opens a watch with a client of its own; it looks when asked to, until {@link #every} is called.
   *
   * @param patience longest wait for Kafka's answer to one look
   */
  public static TopicWatch open(
      KafkaSettings kafka, Collection<String> topics, Duration patience, Clock clock) {
    Map<String, Object> settings = kafka.admin();
    int millis = Math.toIntExact(patience.toMillis());
    if (!settings.containsKey(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG)
        && !settings.containsKey(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG)) {
      settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
      settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    }
    return new TopicWatch(
        Admin.create(settings), kafka.bootstrapServers(), topics, patience, clock);
  }

  /**
   * Looks at all topics in the background from now on. May be called once.
   *
   * @param interval between two looks
   * @param listener gets every snapshot that is new, from a thread of the watch
   */
  public TopicWatch every(Duration interval, Consumer<TopicSnapshot> listener) {
    this.listener = listener;
    Thread looking = new Thread(() -> lookOnAndOn(interval), "topic-watch");
    looking.setDaemon(true);
    thread = Optional.of(looking);
    looking.start();
    return this;
  }

  private void lookOnAndOn(Duration interval) {
    while (!closed) {
      try {
        lookAtAll();
      } catch (BrokerException e) {
        log.debug("{}", e.getMessage(), e);
      } catch (RuntimeException e) {
        log.warn("Watching topics {} failed; it goes on", topics, e);
      }
      try {
        Thread.sleep(interval.toMillis());
      } catch (InterruptedException e) {
        return; // closed
      }
    }
  }

  private void lookAtAll() {
    for (String topic : topics) {
      listener.accept(look(topic));
    }
  }

  /**
   * Looks at a topic now. One that was created or deleted just now may look otherwise to the broker
   * that answers, for a moment.
   *
   * @throws BrokerException when Kafka does not answer in time, or refuses
   */
  public TopicSnapshot look(String topic) {
    TopicSnapshot found = new TopicLook(admin, servers, clock, patience).at(topic);
    last.put(topic, found);
    answered = clock.instant();
    return found;
  }

  /**
   * Asks only which topics these are now, which is cheap.
   *
   * @return ids by name; {@link Uuid#ZERO_UUID} for those that do not exist
   * @throws BrokerException when Kafka does not answer within {@code patience}, or refuses
   */
  public Map<String, Uuid> ids(Collection<String> names, Duration patience) {
    Map<String, Uuid> ids = new TopicLook(admin, servers, clock, patience).ids(names);
    answered = clock.instant();
    return ids;
  }

  /** What was seen last; empty before the first answer. */
  public Optional<TopicSnapshot> last(String topic) {
    return Optional.ofNullable(last.get(topic));
  }

  /** How long ago Kafka answered for the last time, or the watch was opened. */
  public Duration silence() {
    Duration since = Duration.between(answered, clock.instant());
    return since.isNegative() ? Duration.ZERO : since;
  }

  @Override
  public void close() {
    closed = true;
    thread.ifPresent(Thread::interrupt);
    admin.close(Duration.ZERO);
  }
}
