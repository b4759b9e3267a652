package io.streamdistill.cli.produce;

import io.streamdistill.cli.source.ExampleSource;
import io.streamdistill.cli.source.LeftOut;
import io.streamdistill.cli.source.UnfitRowException;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.outage.Patience;
import io.streamdistill.records.Counted;
import io.streamdistill.records.FeatureContract;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the rows of a source to the transfer-set topic. The key of a record is its id in UTF-8;
 * record i goes to partition i mod partitions, so that partitions are even. The event time lies in
 * the record's value; its Kafka timestamp is the time of sending, so that old examples do not fall
 * to retention.
 *
 * <p>The id of a row depends on the source and its row number alone: sending a source again, all of
 * it or the rest, gives every example the id that it had.
 */
public final class TransferSetProducer {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);
  private static final int BATCH_BYTES = 128 * 1024;
  private static final int LINGER_MILLIS = 20;
  private static final int REQUEST_MILLIS = 30_000;

  private final KafkaSettings kafka;
  private final TopicsConfig topics;
  private final FeatureContract contract;
  private final Clock clock;
  private final Duration connectTimeout;
  private final @Nullable Outages outages;

  /**
   * Creates a producer; nothing connects yet.
   *
   * @param contract the contract that the sources encode features by
   * @param clock gives the event time of rows that have none
   */
  public TransferSetProducer(
      KafkaSettings kafka, TopicsConfig topics, FeatureContract contract, Clock clock) {
    this(kafka, topics, contract, clock, CONNECT_TIMEOUT);
  }

  TransferSetProducer(
      KafkaSettings kafka,
      TopicsConfig topics,
      FeatureContract contract,
      Clock clock,
      Duration connectTimeout) {
    this(kafka, topics, contract, clock, connectTimeout, null);
  }

  private TransferSetProducer(
      KafkaSettings kafka,
      TopicsConfig topics,
      FeatureContract contract,
      Clock clock,
      Duration connectTimeout,
      @Nullable Outages outages) {
    this.kafka = kafka;
    this.topics = topics;
    this.contract = contract;
    this.clock = clock;
    this.connectTimeout = connectTimeout;
    this.outages = outages;
  }

  /**
   * What is done while the broker is away; without it, as Kafka's client does: it gives up after
   * two minutes.
   *
   * @param maxOutage how long it may be away; 0 for ever
   * @param patience for the look at the topic, before anything is sent
   * @param told of an outage, and of its end
   * @param notice after how long without an acknowledgement it is told
   */
  record Outages(Duration maxOutage, Patience patience, Consumer<String> told, Duration notice) {}

  /** Returns a copy that waits outages out. */
  TransferSetProducer through(Outages newOutages) {
    return new TransferSetProducer(kafka, topics, contract, clock, connectTimeout, newOutages);
  }

  /**
   * Sends the rows and waits until the broker has acknowledged every one.
   *
   * @param source opened once per pass
   * @param produced told, on the calling thread, how many records are acknowledged: about five
   *     times a second and at the end
   * @throws ProduceException when no broker answers, a send fails, or a row is unfit and rows are
   *     not to be skipped; what was sent before stays in the topic
   * @throws IOException when the source cannot be read
   */
  public Produced produce(
      ExampleSource.Opener source, ProduceOptions options, LongConsumer produced)
      throws IOException {
    long start = System.nanoTime();
    TransferSetTopic topic = new TransferSetTopic(kafka, topics, contract.bytes(), connectTimeout);
    int partitions =
        outages == null
            ? topic.ensurePartitions()
            : outages.patience().through(topic::ensurePartitions);
    Passes passes = new Passes(source, options, contract.type(), clock);
    SentBefore before =
        options.skipSent() ? SentBefore.read(kafka, topics.transferSet()) : SentBefore.nothing();
    Pace pace = Pace.of(options.rate());
    KafkaProducer<byte[], byte[]> producer = connect();
    Sending sending = new Sending(producer, topics.transferSet(), partitions, kafka, produced);
    Closeable notices = notices(sending);
    try {
      try {
        passes.forEach(
            example -> {
              if (before.isNew(example.id())) {
                pace.await();
                sending.send(example);
              }
            });
        sending.finish();
      } catch (UnfitRowException e) {
        throw new ProduceException(e.getMessage() + "; " + soFar(sending, passes), e);
      } catch (IOException e) {
        if (sending.sent() == 0 && passes.skipped().isEmpty()) {
          throw e;
        }
        throw new IOException(e.getMessage() + "; " + soFar(sending, passes), e);
      }
      if (sending.sent() == 0 && before.met() == 0 && !passes.skipped().isEmpty()) {
        throw new ProduceException(
            "nothing was sent: every row was left out (%s); the log says why"
                .formatted(LeftOut.describe(passes.skipped())));
      }
      return new Produced(
          sending.sent(),
          sending.labelled(),
          passes.skipped(),
          before.met(),
          Duration.ofNanos(System.nanoTime() - start));
    } catch (InterruptException e) {
      throw new ProduceException("interrupted; what was sent before stays in the topic", e);
    } finally {
      notices.close();
      producer.close(Duration.ZERO); // all is acknowledged, or has failed: nothing to wait for
    }
  }

  /** Waits for what was sent before the source failed, so that its number is known. */
  private String soFar(Sending sending, Passes passes) {
    sending.finish();
    String sent =
        sending.sent() == 0
            ? "nothing was sent"
            : "topic %s holds the %s before it"
                .formatted(topics.transferSet(), Counted.of(sending.sent(), "example"));
    return sent + skipped(passes);
  }

  private static String skipped(Passes passes) {
    return passes.skipped().isEmpty()
        ? ""
        : ", rows skipped: " + LeftOut.describe(passes.skipped());
  }

  private Closeable notices(Sending sending) {
    if (outages == null) {
      return () -> {};
    }
    Closeable outage =
        new OutageNotice(sending, kafka.bootstrapServers(), outages.told(), outages.notice());
    Closeable stop = new StopNotice(sending, topics.transferSet(), outages.told());
    return () -> {
      stop.close();
      outage.close();
    };
  }

  /** A record waits as long as the broker may be away, in the buffer or before it. */
  private static void waitOut(Duration maxOutage, Map<String, Object> properties) {
    int millis =
        maxOutage.isZero()
            ? Integer.MAX_VALUE
            : Math.toIntExact(Math.min(Integer.MAX_VALUE, Math.max(1, maxOutage.toMillis())));
    properties.putIfAbsent("delivery.timeout.ms", millis);
    properties.putIfAbsent("max.block.ms", millis);
    properties.putIfAbsent(
        "request.timeout.ms", Math.max(1, Math.min(REQUEST_MILLIS, millis - LINGER_MILLIS)));
    if (millis <= LINGER_MILLIS) { // the client wants them to add up
      properties.put("linger.ms", 0);
    }
  }

  private KafkaProducer<byte[], byte[]> connect() {
    Map<String, Object> properties = kafka.producer();
    if (outages != null) {
      waitOut(outages.maxOutage(), properties);
    }
    properties.putIfAbsent("batch.size", BATCH_BYTES);
    properties.putIfAbsent("linger.ms", LINGER_MILLIS);
    // While a partition has no leader yet, a second request may overtake a first that is refused:
    // the first then is out of order until it expires. One request holds a batch per partition.
    properties.putIfAbsent("max.in.flight.requests.per.connection", 1);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
