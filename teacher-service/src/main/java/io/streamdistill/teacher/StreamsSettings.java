package io.streamdistill.teacher;

import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.teacher.topology.Scoring;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Settings of the Kafka Streams application; the {@code kafka:} block overrides most. */
final class StreamsSettings {

  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);
  private static final Duration HEARTBEAT = Duration.ofMillis(1500);
  private static final Duration MIN_TRANSACTION_TIMEOUT = Duration.ofSeconds(10);

  /** What brokers grant by default ({@code transaction.max.timeout.ms}). */
  private static final Duration MAX_TRANSACTION_TIMEOUT = Duration.ofMinutes(15);

  private static final Duration MIN_POLL_INTERVAL = Duration.ofMinutes(5);

  /** Batches that one transaction may take the time of, beside its commit interval. */
  private static final int BATCHES_PER_TRANSACTION = 10;

  /** Of the slowest kind, that fit a transaction of a producer that is made anew. */
  private static final int SLOWEST_BATCHES = 3;

  /** Below the 100 MiB that a broker accepts per request by default. */
  private static final int MAX_REQUEST_BYTES = 32 << 20;

  /** As the consumer has it by default, for all partitions together and as they were sent. */
  private static final long MAX_FETCH_BYTES = 50 << 20;

  /** Of the heap, for one response; a consumer has two of them in hand. */
  private static final int FETCH_SHARE = 16;

  private static final long PRODUCER_BUFFER_BYTES = 64L << 20;
  private static final int PRODUCER_BATCH_BYTES = 128 << 10;
  private static final int PRODUCER_LINGER_MILLIS = 5;

  private StreamsSettings() {}

  /**
   * Returns the properties.
   *
   * @param batchTime how long the teacher takes for a full batch
   */
  static Map<String, Object> of(TeacherConfig config, KafkaSettings kafka, Duration batchTime) {
    Map<String, Object> settings = defaults(config, batchTime);
    Map<String, Object> configured = kafka.streams();
    String protocol =
        String.valueOf(configured.getOrDefault(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic"));
    if (protocol.toLowerCase(Locale.ROOT).equals("classic")) { // else the broker sets them
      settings.put(consumer(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), millis(SESSION_TIMEOUT));
      settings.put(consumer(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), millis(HEARTBEAT));
    }
    // A setting for all clients must not be hidden by a default for one kind of them.
    configured.keySet().forEach(key -> settings.remove(consumer(key)));
    configured.keySet().forEach(key -> settings.remove(producer(key)));
    settings.putAll(configured);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, config.applicationId());
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    return settings;
  }

  private static Map<String, Object> defaults(TeacherConfig config, Duration batchTime) {
    Duration batches = batchTime.multipliedBy(BATCHES_PER_TRANSACTION);
    // A thread that hangs is noticed by the service; one that works must stay in its group.
    Duration hang = config.limits().hangAfter().multipliedBy(2);
    Map<String, Object> settings = new HashMap<>();
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.streamThreads());
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.commitInterval().toMillis());
    // The thread looks at waiting batches between polls, and an idle poll waits as long as this.
    settings.put(StreamsConfig.POLL_MS_CONFIG, millis(Scoring.tick(config.linger())));
    settings.put(
        consumer(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG),
        millis(greatest(greatest(MIN_POLL_INTERVAL, batches), hang)));
    settings.put(
        producer(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
        millis(
            least(
                MAX_TRANSACTION_TIMEOUT,
                greatest(MIN_TRANSACTION_TIMEOUT, config.commitInterval().plus(batches)))));
    settings.put(
        consumer(ConsumerConfig.FETCH_MAX_BYTES_CONFIG),
        Math.toIntExact(Math.min(MAX_FETCH_BYTES, Runtime.getRuntime().maxMemory() / FETCH_SHARE)));
    settings.put(producer(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), MAX_REQUEST_BYTES);
    settings.put(producer(ProducerConfig.BUFFER_MEMORY_CONFIG), PRODUCER_BUFFER_BYTES);
    settings.put(producer(ProducerConfig.BATCH_SIZE_CONFIG), PRODUCER_BATCH_BYTES);
    settings.put(producer(ProducerConfig.LINGER_MS_CONFIG), PRODUCER_LINGER_MILLIS);
    settings.put(producer(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    return settings;
  }

  /**
   * Time-out of a new producer's transactions, ms: as configured, or what the slowest batch of late
   * asks for, up to what brokers grant.
   */
  static int transactionTimeout(Duration configured, Duration slowest) {
    Duration asked = least(MAX_TRANSACTION_TIMEOUT, slowest.multipliedBy(SLOWEST_BATCHES));
    return millis(greatest(configured, asked));
  }

  /** As configured. */
  static Duration transactionTimeout(Map<String, Object> settings) {
    return Duration.ofMillis(
        Long.parseLong(producerSetting(settings, ProducerConfig.TRANSACTION_TIMEOUT_CONFIG)));
  }

  /** Largest record that the producer sends, before compression. */
  static int maxRequestBytes(Map<String, Object> settings) {
    return Integer.parseInt(producerSetting(settings, ProducerConfig.MAX_REQUEST_SIZE_CONFIG));
  }

  /** The producer's {@code compression.type}. */
  static String compression(Map<String, Object> settings) {
    return producerSetting(settings, ProducerConfig.COMPRESSION_TYPE_CONFIG);
  }

  private static String producerSetting(Map<String, Object> settings, String key) {
    Object general = settings.get(key);
    return String.valueOf(settings.getOrDefault(producer(key), general));
  }

  private static String consumer(String key) {
    return StreamsConfig.consumerPrefix(key);
  }

  private static String producer(String key) {
    return StreamsConfig.producerPrefix(key);
  }

  private static int millis(Duration duration) {
    return Math.toIntExact(Math.max(1, duration.toMillis()));
  }

  private static Duration least(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private static Duration greatest(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
