package io.streamdistill.cli.produce;

import io.streamdistill.cli.source.ExampleSource;
import io.streamdistill.cli.source.LeftOut;
import io.streamdistill.cli.source.UnfitRowException;
import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.core.transfer.FeatureContract;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

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

  private final KafkaSettings kafka;
  private final TopicsConfig topics;
  private final FeatureContract contract;
  private final Clock clock;
  private final Duration connectTimeout;

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
    this.kafka = kafka;
    this.topics = topics;
    this.contract = contract;
    this.clock = clock;
    this.connectTimeout = connectTimeout;
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
    int partitions =
        new TransferSetTopic(kafka, topics, contract.bytes(), connectTimeout).ensurePartitions();
    Passes passes = new Passes(source, options, contract.type(), clock);
    SentBefore before =
        options.skipSent() ? SentBefore.read(kafka, topics.transferSet()) : SentBefore.nothing();
    Pace pace = Pace.of(options.rate());
    KafkaProducer<byte[], byte[]> producer = connect();
    try {
      Sending sending = new Sending(producer, topics.transferSet(), partitions, kafka, produced);
      try {
        passes.forEach(
            example -> {
              if (before.isNew(example.getId())) {
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
      producer.close(Duration.ZERO); // all is acknowledged, or has failed: nothing to wait for
    }
  }

  /** Waits for what was sent before the source failed, so that its number is known. */
  private String soFar(Sending sending, Passes passes) {
    sending.finish();
    String sent =
        sending.sent() == 0
            ? "nothing was sent"
            : String.format(
                Locale.ROOT,
                "%,d examples before it are in topic %s",
                sending.sent(),
                topics.transferSet());
    return sent + skipped(passes);
  }

  private static String skipped(Passes passes) {
    return passes.skipped().isEmpty()
        ? ""
        : ", rows skipped: " + LeftOut.describe(passes.skipped());
  }

  private KafkaProducer<byte[], byte[]> connect() {
    Map<String, Object> properties = kafka.producer();
    properties.putIfAbsent("batch.size", BATCH_BYTES);
    properties.putIfAbsent("linger.ms", LINGER_MILLIS);
    // While a partition has no leader yet, a second request may overtake a first that is refused:
    // the first then is out of order until it expires. One request holds a batch per partition.
    properties.putIfAbsent("max.in.flight.requests.per.connection", 1);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
