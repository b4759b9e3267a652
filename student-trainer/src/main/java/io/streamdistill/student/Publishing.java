package io.streamdistill.student;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.checkpoints.log.AliasWriter;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.pull.PullOptions;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.CheckpointStores;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.store.StoredModel;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.engine.export.Quantization;
import io.streamdistill.student.calibrate.BiasCorrector;
import io.streamdistill.student.gate.Gate;
import io.streamdistill.student.gate.HoldOut;
import io.streamdistill.student.gate.QuantizationLoss;
import io.streamdistill.student.publish.Announcements;
import io.streamdistill.student.publish.BackgroundPublisher;
import io.streamdistill.student.publish.CheckpointConfig;
import io.streamdistill.student.publish.CheckpointPublisher;
import io.streamdistill.student.publish.CheckpointWriter;
import io.streamdistill.student.publish.Descent;
import io.streamdistill.student.publish.Judge;
import io.streamdistill.student.publish.Perseverance;
import io.streamdistill.student.publish.StoredCheckpoints;
import io.streamdistill.student.publish.StudentIdentity;
import io.streamdistill.student.publish.Transactions;
import io.streamdistill.student.source.LogPosition;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * What a student's checkpoints go through: their writer, their store, the transactions that
 * announce them, the gate. Whoever has it holds the student: no other trainer publishes for it.
 */
final class Publishing {

  private final ConfiguredStudent student;
  private final Cluster cluster;
  private final SoftTargetTopic softTargets;
  private final TrainerClients clients;
  private final MeterRegistry registry;
  private final @Nullable SigningKey signingKey;
  private final TrustedKeys trusted;
  private final Transactions transactions;
  private final CheckpointStore store;
  private final AliasWriter aliases;
  private final HoldOut holdOut;
  private @Nullable KafkaClientMetrics producerMetrics;

  /**
   * Takes the student, and connects; what is opened is closed by {@code closers}.
   *
   * @throws io.streamdistill.student.publish.FencedException when another trainer holds it
   */
  Publishing(
      ConfiguredStudent student,
      Cluster cluster,
      SoftTargetTopic softTargets,
      MeterRegistry registry,
      Closers closers) {
    this.student = student;
    this.cluster = cluster;
    this.softTargets = softTargets;
    this.registry = registry;
    StudentConfig config = student.config();
    clients = new TrainerClients(cluster.kafka(), config);
    signingKey = CheckpointConfig.signingKey(config.checkpoint().signingKeyFile());
    trusted = config.checkpoint().trustedKeys(signingKey);
    StudentHolder holder =
        closers.add(
            new StudentHolder(
                config.name(),
                closers.add(WorkPlace.take(config.name(), workDir().resolve(config.name()))),
                clients::holder,
                clients::otherHolder,
                cluster.topics().checkpointEvents(),
                Clock.systemUTC()));
    closers.add(this::closeProducerMetrics);
    transactions = closers.add(transactions(holder));
    store = closers.add(new CheckpointStores(cluster).open(config.checkpoint().store()));
    aliases =
        closers.add(
            new AliasWriter(
                cluster.kafka(), cluster.topics().checkpointEvents(), Clock.systemUTC()));
    holdOut = student.holdOut();
  }

  private Path workDir() {
    return student.config().checkpoint().workDir();
  }

  /** Ends what an older trainer of the student left open: what it announced is all it ever will. */
  private Transactions transactions(StudentHolder holder) {
    try {
      holder.await(() -> false);
    } catch (KafkaException e) {
      throw clients.refusedMember(e);
    }
    try {
      return new Transactions(this::producer, holder::require);
    } catch (KafkaException e) {
      throw clients.refused(e);
    }
  }

  private KafkaProducer<byte[], byte[]> producer() {
    closeProducerMetrics();
    KafkaProducer<byte[], byte[]> producer = clients.producer();
    producerMetrics = new KafkaClientMetrics(producer);
    producerMetrics.bindTo(registry);
    return producer;
  }

  private void closeProducerMetrics() {
    if (producerMetrics != null) {
      producerMetrics.close();
    }
  }

  /** Whose checkpoints may be gone on from. */
  TrustedKeys trusted() {
    return trusted;
  }

  /** Where the student's checkpoints lie. */
  CheckpointStore store() {
    return store;
  }

  /** Gets checkpoints of other students. */
  CheckpointPuller puller() {
    return new CheckpointPuller(cluster, PullOptions.trusting(trusted));
  }

  /** What the checkpoints of all students say. */
  CheckpointLog checkpoints() {
    return CheckpointLog.readAll(cluster.kafka(), cluster.topics().checkpoints());
  }

  /** Examples that the gate judges by; the same, however often training begins. */
  HoldOut holdOut() {
    return holdOut;
  }

  /** Publishes the checkpoints of one training, in the background. */
  BackgroundPublisher publisher(StudentIdentity identity, StudentStart start) {
    CheckpointWriter writer =
        new CheckpointWriter(
            identity,
            student.plan(),
            BiasCorrector.of(
                    student.config().biasCorrection(),
                    cluster.kafka(),
                    cluster.topics().softTargets(),
                    student.task())
                ::correct,
            student.config().checkpoint().int8()
                ? new QuantizationLoss(holdOut)
                : Quantization.NONE,
            signingKey,
            Clock.systemUTC());
    return new BackgroundPublisher(
        publisher(writer, start),
        writer,
        new Perseverance(student.config().limits().maxOutage(), Clock.systemUTC()),
        registry);
  }

  private CheckpointPublisher publisher(CheckpointWriter writer, StudentStart start) {
    StudentConfig config = student.config();
    return new CheckpointPublisher(
        new StoredCheckpoints(
            store,
            config.checkpoint(),
            Clock.systemUTC(),
            () -> aliases.read().protectedCheckpoints(config.name())),
        writer,
        new Announcements(
            transactions,
            softTargets.consumer().groupMetadata(),
            cluster.topics(),
            Clock.systemUTC()),
        committed(),
        judge(
            new Gate(
                config.gate(),
                holdOut,
                student.task().classes(),
                writer.contract(),
                id -> StoredModel.read(store, id, workDir()),
                aliases,
                registry)),
        new Descent(
            config.name(),
            checkpoints().latest(config.name()).map(Announcement::version).orElse(null),
            start.resumedFrom(),
            start.lineage(),
            Clock.systemUTC(),
            new SecureRandom()));
  }

  /** The gate lies below what is published, and knows nothing of it. */
  private static Judge judge(Gate gate) {
    return new Judge() {
      @Override
      public void judge(CheckpointId id, byte[] model, LearningRecord learning) {
        gate.judge(id, model, learning);
      }

      @Override
      public Map<String, Double> metrics() {
        return gate.metrics();
      }
    };
  }

  private CheckpointPublisher.Committed committed() {
    return new CheckpointPublisher.Committed() {
      @Override
      public boolean isAnnounced(CheckpointId id) {
        return checkpoints().announcements(id.student()).stream()
            .anyMatch(announced -> announced.id().equals(id));
      }

      @Override
      public void requireSameLog(LogPosition position) {
        softTargets.requireSame(position);
      }

      @Override
      public Map<Integer, Long> offsets() {
        return softTargets.committed();
      }
    };
  }
}
