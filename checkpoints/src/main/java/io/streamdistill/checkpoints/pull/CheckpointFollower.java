package io.streamdistill.checkpoints.pull;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.NotYetException;
import io.streamdistill.checkpoints.format.UnreachableException;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller.Pulled;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.Outage;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.outage.Backoff;
import io.streamdistill.outage.OutageException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a directory on what an alias stands for, until it is stopped. Whatever fails, a broker, a
 * store, a checkpoint, the directory stays as it is, and the next attempt follows: after the next
 * announcement or move, at the latest after 30 s.
 */
public final class CheckpointFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointFollower.class);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  private final CheckpointPuller puller;
  private final KafkaSettings kafka;
  private final List<TopicPartition> watched;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Duration maxOutage;
  private volatile boolean stopped;

  /**
   * Connects, with the {@linkplain PullOptions#defaults default options}.
   *
   * @throws KafkaException when the settings are of no use; a broker that is away is waited for
   */
  public CheckpointFollower(Cluster cluster) {
    this(cluster, PullOptions.defaults());
  }

  /**
   * Connects.
   *
   * @param options what the directory may be switched to, and how it lies there
   * @throws KafkaException when the settings are of no use; a broker that is away is waited for
   */
  public CheckpointFollower(Cluster cluster, PullOptions options) {
    this(cluster, options, Duration.ZERO);
  }

  /**
   * Connects, for as long as Kafka and the store are not away for too long.
   *
   * @param maxOutage after which {@link #follow} ends with an {@link OutageException}; 0 for never
   * @throws KafkaException when the settings are of no use; a broker that is away is waited for
   */
  public CheckpointFollower(Cluster cluster, PullOptions options, Duration maxOutage) {
    this.maxOutage = maxOutage;
    this.puller = new CheckpointPuller(cluster, options, true);
    this.kafka = cluster.kafka();
    TopicsConfig topics = cluster.topics();
    watched =
        List.of(
            new TopicPartition(topics.checkpoints(), 0),
            new TopicPartition(topics.checkpointEvents(), AliasLog.PARTITION));
    consumer =
        new KafkaConsumer<>(
            kafka.consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.assign(watched);
    consumer.seekToEnd(watched);
  }

  /**
   * Follows until {@link #stop}.
   *
   * @param switched told of every checkpoint that the directory was switched to
   * @throws OutageException when Kafka or the store are away for longer than allowed
   */
  public void follow(
      String student, CheckpointChoice choice, Path out, Consumer<Manifest> switched) {
    String last = null;
    String awaited = null;
    Backoff retry = new Backoff(FIRST_RETRY, LONGEST_WAIT, ThreadLocalRandom.current());
    long reachedNanos = System.nanoTime();
    while (!stopped) {
      Duration wait = LONGEST_WAIT;
      try {
        watch(); // before looking, so that nothing is missed in between
        Pulled pulled = puller.look(student, choice, out).orElse(null);
        if (pulled == null) {
          String nothing = "no checkpoint of '%s' is announced yet".formatted(student);
          awaited = waitsFor(nothing, nothing, awaited);
        } else {
          last = switchedTo(pulled.manifest(), last, switched);
        }
        reachedNanos = System.nanoTime();
        if (pulled == null || pulled.problems().isEmpty()) {
          retry.reset();
        } else {
          wait = retry.next();
        }
      } catch (NotYetException e) {
        awaited = waitsFor(String.valueOf(e.getMessage()), e.reason(), awaited);
        reachedNanos = System.nanoTime();
        retry.reset();
      } catch (CheckpointException | KafkaException e) {
        if (stopped) {
          return;
        }
        if (e instanceof UnreachableException || Outage.isBehind(e)) {
          requirePatience(Duration.ofNanos(System.nanoTime() - reachedNanos), out, e);
        } else {
          reachedNanos = System.nanoTime();
        }
        wait = retry.next();
        LOG.warn(
            "{} stays as it is, the next attempt follows in {} s: {}",
            out,
            wait.toMillis() / 1e3,
            e.getMessage());
      }
      await(wait);
    }
  }

  /** Says what is waited for, unless the reason is that of before. */
  private static String waitsFor(String what, String reason, @Nullable String before) {
    if (!reason.equals(before)) {
      LOG.info("waits: {}", what);
    }
    return reason;
  }

  private void requirePatience(Duration away, Path out, RuntimeException failure) {
    if (!maxOutage.isZero() && away.compareTo(maxOutage) > 0) {
      throw new OutageException(
          "%s stays as it is: Kafka or the store have been away for %d s, longer than allowed: %s"
              .formatted(out, away.toSeconds(), failure.getMessage()),
          failure);
    }
  }

  /** Returns the version that is there now. */
  private static String switchedTo(
      Manifest now, @Nullable String last, Consumer<Manifest> switched) {
    if (!now.version().equals(last)) {
      switched.accept(now);
    }
    return now.version();
  }

  /** Fixes where the topics are watched from. */
  private void watch() {
    for (TopicPartition partition : watched) {
      long unused = consumer.position(partition, CheckpointLog.DEFAULT_TIMEOUT);
    }
  }

  /** Waits for an announcement or a move. */
  private void await(Duration longest) {
    long end = System.nanoTime() + longest.toNanos();
    try {
      while (!stopped && System.nanoTime() < end) {
        if (!consumer.poll(Duration.ofSeconds(1)).isEmpty()) {
          return;
        }
      }
    } catch (WakeupException e) {
      LOG.debug("stopped while waiting", e);
    } catch (KafkaException e) {
      LOG.warn("kafka at {}: {}", kafka.bootstrapServers(), e.getMessage());
      pause();
    }
  }

  private void pause() {
    try {
      Thread.sleep(FIRST_RETRY.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopped = true;
    }
  }

  /** Ends {@link #follow}, from another thread. */
  public void stop() {
    stopped = true;
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
    puller.close();
  }
}
