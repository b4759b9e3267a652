package io.streamdistill.student.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.checkpoints.store.ExpectedFiles;
import io.streamdistill.checkpoints.store.FileCheckpointStore;
import io.streamdistill.engine.Pupil;
import io.streamdistill.engine.StudentPlan;
import io.streamdistill.engine.export.Quantization;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.outage.OutageException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.student.TestStudents;
import io.streamdistill.student.source.LogPosition;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a store that takes its time, and a producer that only remembers. */
@Timeout(60)
final class BackgroundPublisherTest {

  private static final Judge NOBODY =
      new Judge() {
        @Override
        public void judge(CheckpointId id, byte[] model, LearningRecord learning) {}

        @Override
        public Map<String, Double> metrics() {
          return Map.of();
        }
      };

  @TempDir private Path folder;

  private final StudentPlan plan = TestStudents.plan(5);
  private final Pupil pupil = TestStudents.pupil(plan, DistillationConfig.DEFAULT, 2);
  private final List<MockProducer<byte[], byte[]>> producers = new CopyOnWriteArrayList<>();
  private final Set<CheckpointId> announced = ConcurrentHashMap.newKeySet();
  private final Queue<KafkaException> failingStarts = new ConcurrentLinkedQueue<>();
  private volatile boolean fenced;
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");

  @SuppressWarnings("NullAway.Init")
  private SlowStore store;

  @SuppressWarnings("NullAway.Init")
  private BackgroundPublisher publisher;

  @BeforeEach
  void open() {
    store = new SlowStore();
    StudentIdentity identity = identity();
    CheckpointWriter writer =
        new CheckpointWriter(
            identity,
            plan,
            (model, contract) -> Optional.empty(),
            Quantization.NONE,
            null,
            Clock.systemUTC());
    CheckpointConfig config =
        new CheckpointConfig(
            Duration.ofSeconds(1),
            0,
            "file:unused",
            5,
            Duration.ZERO,
            false,
            folder.resolve("work"),
            "",
            List.of(),
            true);
    publisher =
        new BackgroundPublisher(
            new CheckpointPublisher(
                new StoredCheckpoints(store, config, Clock.systemUTC(), List::of),
                writer,
                new Announcements(
                    new Transactions(this::producer, this::requireHeld),
                    consumer.groupMetadata(),
                    TopicsConfig.defaults(),
                    Clock.systemUTC()),
                new CheckpointPublisher.Committed() {
                  @Override
                  public void requireSameLog(LogPosition position) {}

                  @Override
                  public boolean isAnnounced(CheckpointId id) {
                    return announced.contains(id);
                  }

                  @Override
                  public Map<Integer, Long> offsets() {
                    return Map.of(0, 0L);
                  }
                },
                NOBODY,
                new Descent(
                    identity.name(), null, null, Lineage.NONE, Clock.systemUTC(), new Random(1))),
            writer,
            new Perseverance(Duration.ZERO, Clock.systemUTC()),
            new SimpleMeterRegistry());
  }

  @AfterEach
  void close() {
    store.open.countDown();
    publisher.close();
    pupil.close();
  }

  private MockProducer<byte[], byte[]> producer() {
    MockProducer<byte[], byte[]> producer =
        new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    if (!producers.isEmpty()) {
      producer.initTransactionException = failingStarts.poll();
    }
    producers.add(producer);
    return producer;
  }

  private void requireHeld() {
    if (fenced) {
      throw new FencedException("another trainer", null);
    }
  }

  private MockProducer<byte[], byte[]> newest() {
    return producers.get(producers.size() - 1);
  }

  private static StudentIdentity identity() {
    ObjectNode configuration = new ObjectMapper().createObjectNode();
    return new StudentIdentity(
        "tiny",
        "soft-targets",
        FeatureContract.u8(4),
        ClassMap.ofCount(3),
        configuration,
        configuration,
        null,
        null);
  }

  /** An attempt may wait for half a minute, and a supervisor kills after that. */
  @Test
  void anAttemptThatIsGivenUpEndsNowAndSaysWhatIsTrainedAgain() throws Exception {
    train();
    publish();
    assertThat(store.entered.await(30, TimeUnit.SECONDS)).isTrue();

    publisher.giveUp();

    assertThatThrownBy(publisher::await)
        .isInstanceOf(OutageException.class)
        .hasMessageContaining("could not be published before the trainer was to end")
        .hasMessageContaining("trains again what came after");
    assertThat(announced).isEmpty();
  }

  @Test
  void trainingGoesOnAndTheCheckpointHoldsTheMomentItWasAskedFor() throws Exception {
    train();
    Map<String, List<Float>> then = pupil.weights();
    List<Float> optimizerThen = pupil.optimizerState();
    publish();
    assertThat(store.entered.await(30, TimeUnit.SECONDS)).isTrue();

    train();

    assertThat(publisher.isBusy()).isTrue();
    assertThat(newest().history()).isEmpty();
    store.open.countDown();
    publisher.await();
    assertThat(publisher.isBusy()).isFalse();
    assertThat(newest().commitCount()).isEqualTo(1);

    Path fetched = folder.resolve("fetched");
    store.files.fetch(store.files.list("tiny").get(0), fetched);
    try (Pupil fresh = TestStudents.pupil(plan, DistillationConfig.DEFAULT, 2)) {
      TrainerState.read(fetched, Manifest.read(fetched)).restoreTo(fresh.student());
      assertThat(fresh.student().steps()).isEqualTo(1);
      assertThat(fresh.weights()).isEqualTo(then).isNotEqualTo(pupil.weights());
      assertThat(fresh.optimizerState()).isEqualTo(optimizerThen);
    }
  }

  @Test
  void theNextCheckpointWaitsForTheOneBefore() throws Exception {
    train();
    publish();
    Thread release =
        new Thread(
            () -> {
              try {
                assertThat(store.entered.await(30, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              store.open.countDown();
            });
    release.start();

    train();
    publish();
    publisher.await();
    release.join();

    assertThat(store.files.list("tiny")).hasSize(2);
    assertThat(newest().commitCount()).isEqualTo(2);
  }

  @Test
  void aStoreThatIsAwayIsWaitedForAndSaidToBe() throws Exception {
    store.failures.add(new CheckpointException("the disk is full"));
    store.failures.add(new CheckpointException("the disk is full"));
    store.open.countDown();
    train();
    publish();
    Awaitility.await().until(() -> publisher.problem().isPresent());
    assertThat(publisher.problem())
        .hasValueSatisfying(
            problem -> assertThat(problem).contains("checkpoint of step 0", "the disk is full"));

    publisher.await();

    assertThat(publisher.problem()).isEmpty();
    assertThat(store.files.list("tiny")).hasSize(1);
    assertThat(newest().commitCount()).isEqualTo(1);
  }

  @Test
  void aTransactionWhoseEndIsNotKnownIsNotDoneTwice() {
    store.open.countDown();
    newest().commitTransactionException = new TimeoutException("no answer");
    store.stored = announced::add; // it was committed all the same
    train();
    publish();
    publisher.await();

    assertThat(producers).hasSize(2);
    assertThat(newest().history()).isEmpty();
    assertThat(store.files.list("tiny")).hasSize(1);
  }

  @Test
  void aProducerThatKafkaHasForgottenIsReplaced() {
    store.open.countDown();
    newest().commitTransactionException = new InvalidPidMappingException("a week has passed");
    failingStarts.add(new TimeoutException("no answer"));
    train();
    publish();
    publisher.await();

    assertThat(producers).hasSize(3);
    assertThat(newest().commitCount()).isEqualTo(1);
    assertThat(store.files.list("tiny")).hasSize(1);
  }

  @Test
  void anotherTrainerThatHoldsTheStudentEndsThisOne() {
    store.open.countDown();
    fenced = true;
    newest().commitTransactionException = new InvalidProducerEpochException("epoch 7 is newer");
    train();
    publish();

    assertThatThrownBy(publisher::await).isInstanceOf(FencedException.class);
    assertThat(producers).hasSize(1);
  }

  @Test
  void aTransactionThatTimedOutIsNoOtherTrainer() {
    store.open.countDown();
    newest().commitTransactionException = new InvalidProducerEpochException("it took too long");
    train();
    publish();
    publisher.await();

    assertThat(newest().commitCount()).isEqualTo(1);
  }

  private void train() {
    pupil.put(0, new float[] {0, 0.1f, 0.2f, 0.3f}, new float[] {0.5f, 0.3f, 0.2f}, 1, 1);
    pupil.put(1, new float[] {0.4f, 0.5f, 0.6f, 0.7f}, new float[] {0.1f, 0.3f, 0.6f}, 2, 1);
    assertThat(pupil.train(2, 0.1).isFinite()).isTrue();
  }

  private void publish() {
    LogPosition position = LogPosition.beginning("topic", new TreeMap<>(Map.of(0, 0L)));
    publisher.publish(
        pupil.student(),
        new Publication(
            Progress.beginning(position),
            List.of(),
            Map.of(),
            new LearningRecord("learning", "", List.of()),
            List.of(),
            0));
  }

  /** Lets nothing in until it is open. */
  private final class SlowStore implements CheckpointStore {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);
    private final FileCheckpointStore files = new FileCheckpointStore(folder.resolve("store"));
    private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private volatile Consumer<CheckpointId> stored = id -> {};

    @Override
    public URI put(CheckpointId id, Path directory) {
      entered.countDown();
      try {
        open.await();
      } catch (InterruptedException e) {
        throw new CheckpointException("interrupted", e);
      }
      RuntimeException fault = failures.poll();
      if (fault != null) {
        throw fault;
      }
      URI location = files.put(id, directory);
      stored.accept(id);
      return location;
    }

    @Override
    public void fetch(CheckpointId id, ExpectedFiles expected, Path directory) {
      files.fetch(id, expected, directory);
    }

    @Override
    public void fetchFile(CheckpointId id, FileEntry file, Path target) {
      files.fetchFile(id, file, target);
    }

    @Override
    public List<CheckpointId> list(String student) {
      return files.list(student);
    }

    @Override
    public void delete(CheckpointId id) {
      files.delete(id);
    }

    @Override
    public void close() {
      files.close();
    }
  }
}
