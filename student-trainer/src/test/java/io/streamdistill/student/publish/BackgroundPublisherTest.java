package io.streamdistill.student.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamdistill.core.checkpoint.CheckpointException;
import io.streamdistill.core.checkpoint.CheckpointId;
import io.streamdistill.core.checkpoint.CheckpointStore;
import io.streamdistill.core.checkpoint.ExpectedFiles;
import io.streamdistill.core.checkpoint.FileCheckpointStore;
import io.streamdistill.core.checkpoint.FileEntry;
import io.streamdistill.core.checkpoint.LearningRecord;
import io.streamdistill.core.checkpoint.Manifest;
import io.streamdistill.core.kafka.TopicsConfig;
import io.streamdistill.core.transfer.ClassMap;
import io.streamdistill.core.transfer.FeatureContract;
import io.streamdistill.student.objective.ObjectiveConfig;
import io.streamdistill.student.onnx.SmallModels;
import io.streamdistill.student.source.LogPosition;
import io.streamdistill.student.step.OptimizerConfig;
import io.streamdistill.student.step.StudentNetworks;
import io.streamdistill.student.step.StudentStep;
import io.streamdistill.student.step.StudentSteps;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a store that takes its time, and a producer that only remembers. */
@Timeout(60)
final class BackgroundPublisherTest {

  @TempDir private Path folder;

  private final MultiLayerNetwork network =
      StudentNetworks.dense(4, List.of(5), 3, OptimizerConfig.adam(), 1);
  private final StudentStep step = StudentSteps.forNetwork(network, ObjectiveConfig.DEFAULT, 2);
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");

  @SuppressWarnings("NullAway.Init")
  private SlowStore store;

  @SuppressWarnings("NullAway.Init")
  private BackgroundPublisher publisher;

  @BeforeEach
  void open() {
    producer.initTransactions();
    store = new SlowStore();
    StudentIdentity identity = identity();
    CheckpointWriter writer =
        new CheckpointWriter(
            identity,
            network.getLayerWiseConfigurations(),
            (model, contract) -> Optional.empty(),
            SmallModels.NONE,
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
                identity,
                config,
                store,
                writer,
                producer,
                TopicsConfig.defaults(),
                Clock.systemUTC(),
                new Random(1),
                List::of,
                (id, model, learning) -> {},
                Map::of,
                null,
                null),
            writer,
            step,
            consumer.groupMetadata(),
            new SimpleMeterRegistry());
  }

  @AfterEach
  void close() {
    store.open.countDown();
    publisher.close();
    step.close();
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

  @Test
  void trainingGoesOnAndTheCheckpointHoldsTheMomentItWasAskedFor() throws Exception {
    train();
    float[] then = step.parameters();
    float[] optimizerThen = step.optimizerState();
    publish();
    assertThat(store.entered.await(30, TimeUnit.SECONDS)).isTrue();

    train();

    assertThat(publisher.isBusy()).isTrue();
    assertThat(producer.history()).isEmpty();
    store.open.countDown();
    publisher.await();
    assertThat(publisher.isBusy()).isFalse();
    assertThat(producer.commitCount()).isEqualTo(1);

    Path fetched = folder.resolve("fetched");
    store.files.fetch(store.files.list("tiny").get(0), fetched);
    step.restore(new float[then.length], new float[optimizerThen.length], 0);
    TrainerState.read(fetched, Manifest.read(fetched)).restoreTo(step);
    assertThat(step.iteration()).isEqualTo(1);
    assertThat(step.parameters()).isEqualTo(then);
    assertThat(step.optimizerState()).isEqualTo(optimizerThen);
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
    assertThat(producer.commitCount()).isEqualTo(2);
  }

  @Test
  void aFailureReachesTheTrainingThread() throws Exception {
    store.failure = new CheckpointException("the disk is full");
    store.open.countDown();
    train();
    publish();

    assertThatThrownBy(
            () -> {
              while (publisher.isBusy()) {
                Thread.onSpinWait();
              }
            })
        .isInstanceOf(CheckpointException.class)
        .hasMessage("the disk is full");
    assertThat(producer.history()).isEmpty();
  }

  private void train() {
    for (int i = 0; i < step.input().capacity(); i++) {
      step.input().put(i, 0.1f * i);
    }
    step.targets().set(0, new float[] {0.5f, 0.3f, 0.2f}, 1, 1);
    step.targets().set(1, new float[] {0.1f, 0.3f, 0.6f}, 2, 1);
    assertThat(step.train(2, 0.1).isFinite()).isTrue();
  }

  private void publish() {
    LogPosition position = LogPosition.beginning("topic", new TreeMap<>(Map.of(0, 0L)));
    publisher.publish(
        step.parameters(),
        step.optimizerState(),
        Progress.beginning(position),
        List.of(),
        Map.of(),
        new LearningRecord("learning", "", List.of()));
  }

  /** Lets nothing in until it is open. */
  private final class SlowStore implements CheckpointStore {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);
    private final FileCheckpointStore files = new FileCheckpointStore(folder.resolve("store"));
    private volatile @Nullable RuntimeException failure;

    @Override
    public URI put(CheckpointId id, Path directory) {
      entered.countDown();
      try {
        open.await();
      } catch (InterruptedException e) {
        throw new CheckpointException("interrupted", e);
      }
      RuntimeException fault = failure;
      if (fault != null) {
        throw fault;
      }
      return files.put(id, directory);
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
