package io.streamdistill.student;

import static io.streamdistill.student.SoftTargetFixture.checkpointEvery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.Calibration;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Safetensors;
import io.streamdistill.checkpoints.format.Tensor;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.pull.PullOptions;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.trust.KeyFiles;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.config.ConfigException;
import io.streamdistill.engine.export.OnnxParity;
import io.streamdistill.exit.ExitStatus;
import io.streamdistill.kafka.DeadLetter;
import io.streamdistill.kafka.LostRecordsException;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Target;
import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.student.publish.FencedException;
import io.streamdistill.testkit.TestRecords;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class TrainerServiceTest extends ServiceFixture {

  @Test
  void learnsTheTeacherAndPublishesWhatItLearned() throws Exception {
    TopicsConfig topics = fixture.createTopics(3);
    fixture.produce(topics, SoftTargetFixture.softTargets(EXAMPLES, 1));

    fixture.train(fixture.student("learner", 4, EXAMPLES), topics);

    Path pulled = directory.resolve("pulled-learner");
    Manifest manifest =
        new CheckpointPuller(Cluster.of(fixture.kafka, topics)).pull("learner", pulled);
    assertThat(manifest.examplesSeen()).isEqualTo(4L * EXAMPLES);
    assertThat(manifest.step()).isEqualTo(4L * ((EXAMPLES + 31) / 32));
    assertThat(manifest.teacherVersions()).containsExactly("linear");
    assertThat(manifest.metrics().get("agreement")).isGreaterThan(0.9);
    assertThat(manifest.metrics().get("accuracy")).isGreaterThan(0.9);
    assertThat(pulled).isDirectoryContaining("glob:**/model.onnx");
    assertThat(pulled.resolve("README.md"))
        .content()
        .contains("0.9 × (cross-entropy with soft targets at T = 4, times T²) + 0.1 ×")
        .contains(
            "12 finite numbers",
            "offsets by partition: 0: 0 to %d".formatted((EXAMPLES + 2) / 3 - 1));
  }

  @Test
  void signsWhatItPublishes() throws Exception {
    TopicsConfig topics = fixture.createTopics(1);
    fixture.produce(topics, SoftTargetFixture.softTargets(100, 1));
    KeyFiles keys = KeyFiles.create(directory.resolve("keys"), new SecureRandom());
    TrustedKeys trusted = TrustedKeys.read("key", List.of(keys.publicKey()));
    String signedWith = "checkpoint.signing-key-file=";

    fixture.train(fixture.student("signed", 1, 100, signedWith + keys.signingKey()), topics);

    Path pulled = directory.resolve("pulled-signed");
    Manifest manifest =
        new CheckpointPuller(Cluster.of(fixture.kafka, topics), PullOptions.trusting(trusted))
            .pull("signed", pulled);
    assertThat(Objects.requireNonNull(manifest.signature()).keyId()).isEqualTo(keys.keyId());
    assertThat(CheckpointParity.ofModel(pulled, manifest).probabilities())
        .isLessThanOrEqualTo(OnnxParity.TOLERANCE);
    assertThatThrownBy(
            () ->
                fixture.start(
                    fixture.student("signed", 1, 100, signedWith + keys.publicKey()), topics))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("student.checkpoint.signing-key-file: ")
        .hasMessageContaining("holds [PUBLIC KEY]");
  }

  @Test
  void secondTrainerIsRefusedAndOneThatWasKilledEndsWithTheWeightsOfAnUndisturbedRun()
      throws Exception {
    TopicsConfig topics = fixture.createTopics(3);
    fixture.produce(topics, SoftTargetFixture.softTargets(EXAMPLES, 2));
    StudentConfig config = fixture.student("disturbed", 3, EXAMPLES, checkpointEvery(500));

    TrainerService first = fixture.start(config, topics);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                CheckpointLog.read(fixture.kafka, topics.checkpoints())
                    .latest("disturbed")
                    .isPresent());
    assertThatThrownBy(() -> fixture.start(config, topics))
        .isInstanceOfSatisfying(
            FencedException.class, e -> assertThat(e.exitStatus()).isEqualTo(ExitStatus.FENCED))
        .hasMessageContaining("another trainer of student 'disturbed' runs on this host");
    first.abandon();
    fixture.train(config, topics);
    fixture.train(fixture.student("undisturbed", 3, EXAMPLES), topics);

    assertThat(latest(topics, "disturbed").examplesSeen()).isEqualTo(3L * EXAMPLES);
    assertThat(weights(topics, "disturbed")).isEqualTo(weights(topics, "undisturbed"));
  }

  /** Any DL4J network takes DL4J's own path through the same service. */
  @Test
  void trainsAndResumesAConvolutionalStudent() throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, SoftTargetFixture.softTargets(EXAMPLES, 10));
    String network = fixture.convolutional();
    for (int passes = 1; passes <= 3; passes++) {
      fixture.train(fixture.student("cnn-by-and-by", passes, EXAMPLES, network), topics);
    }
    fixture.train(fixture.student("cnn-at-once", 3, EXAMPLES, network), topics);

    assertThat(latest(topics, "cnn-at-once").metrics().get("agreement")).isGreaterThan(0.8);
    assertThat(weights(topics, "cnn-by-and-by")).isEqualTo(weights(topics, "cnn-at-once"));
  }

  @Test
  void goesOnFromWhereItWasClosed() throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, SoftTargetFixture.softTargets(EXAMPLES, 3));
    StudentConfig config = fixture.student("closed", 30, EXAMPLES);
    for (int restart = 0; restart < 3; restart++) {
      try (TrainerService trainer = fixture.start(config, topics)) {
        long before = trainer.progress().examplesSeen();
        Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> trainer.progress().examplesSeen() > before + 3_000);
      }
    }
    fixture.train(config, topics);
    fixture.train(fixture.student("open", 30, EXAMPLES), topics);

    assertThat(weights(topics, "closed")).isEqualTo(weights(topics, "open"));
  }

  @Test
  void deadLettersWhatIsNoSoftTargetOnceAndGoesOn() throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    var codec = new AvroRecords();
    List<byte[]> values = new ArrayList<>();
    Random random = new Random(4);
    List<byte[]> garbage = new ArrayList<>();
    for (Target target : SoftTargetFixture.softTargets(600, 4)) {
      values.add(codec.encode(target));
      if (values.size() % 10 == 0) {
        byte[] bytes = codec.encode(target);
        switch (random.nextInt(3)) {
          case 0 -> random.nextBytes(bytes);
          case 1 -> bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
          default -> bytes = codec.encode(withLabel(target, 3));
        }
        values.add(bytes);
        garbage.add(bytes);
      }
    }
    fixture.produceBytes(topics, values);

    fixture.train(fixture.student("robust", 3, values.size()), topics);

    var letters = fixture.readAll(topics.deadLetters());
    assertThat(letters)
        .extracting(letter -> letter.value())
        .containsExactlyInAnyOrderElementsOf(garbage);
    assertThat(letters)
        .allSatisfy(
            letter -> {
              assertThat(letter.headers().lastHeader(DeadLetter.REASON)).isNotNull();
              assertThat(
                      new String(
                          letter.headers().lastHeader(DeadLetter.TOPIC).value(),
                          StandardCharsets.UTF_8))
                  .isEqualTo(topics.softTargets());
            });
    assertThat(latest(topics, "robust").examplesSeen()).isEqualTo(3 * 600);
  }

  private static Target withLabel(Target target, int label) {
    return TestRecords.withLabel(target, label);
  }

  /** The model says what it should on average; what is trained on stays as it was. */
  @Test
  void correctsTheBiasesOfWhatItPublishesAndNothingElse() throws Exception {
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, SoftTargetFixture.softTargets(EXAMPLES, 12));
    String[] prior = {
      "bias-correction.target=prior",
      "bias-correction.prior=[0.6, 0.3, 0.1]",
      "bias-correction.probe-examples=500"
    };
    String[] teacher = {"bias-correction.target=teacher", "bias-correction.probe-examples=500"};
    for (int passes = 1; passes <= 2; passes++) { // resumes from a corrected checkpoint
      fixture.train(fixture.student("prior", passes, EXAMPLES, prior), topics);
    }
    fixture.train(fixture.student("teacher", 2, EXAMPLES, teacher), topics);
    fixture.train(fixture.student("plain", 2, EXAMPLES), topics);

    Manifest byPrior = pulled(topics, "prior");
    Calibration calibration = Objects.requireNonNull(byPrior.calibration());
    assertThat(calibration.target()).isEqualTo("prior");
    assertThat(calibration.probeTopic()).isEqualTo(topics.softTargets());
    assertThat(calibration.probeExamples()).isEqualTo(500);
    assertThat(calibration.meanPrediction())
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-6 ? 0 : 1)
        .containsExactly(0.6, 0.3, 0.1);
    assertThat(calibration.biasShift().get(0)).isGreaterThan(calibration.biasShift().get(2));
    // A student that has learned its teacher needs next to no shift to agree with it on average.
    assertThat(Objects.requireNonNull(pulled(topics, "teacher").calibration()).biasShift())
        .allSatisfy(shift -> assertThat(Math.abs(shift)).isLessThan(0.3));
    assertThat(pulled(topics, "plain").calibration()).isNull();
    assertThat(directory.resolve("pulled-prior/README.md"))
        .content()
        .contains(
            "## Bias correction", "a class prior that is known", "| red | 0.", "| 0.600000 |");
    assertThat(directory.resolve("pulled-plain/README.md")).content().doesNotContain("correction");
    Map<String, Tensor> corrected = tensors("prior");
    assertThat(corrected).containsKey("bias_correction");
    Map<String, Tensor> trained = new HashMap<>(corrected);
    trained.remove("bias_correction");
    assertThat(trained.keySet()).isEqualTo(tensors("plain").keySet());
    tensors("plain")
        .forEach(
            (name, tensor) ->
                assertThat(Objects.requireNonNull(trained.get(name)).floats())
                    .as(name)
                    .isEqualTo(tensor.floats()));
  }

  private static Manifest pulled(TopicsConfig topics, String student) {
    return new CheckpointPuller(Cluster.of(fixture.kafka, topics))
        .pull(student, directory.resolve("pulled-" + student));
  }

  private static Map<String, Tensor> tensors(String student) {
    return Safetensors.read(directory.resolve("pulled-" + student).resolve("weights.safetensors"))
        .tensors();
  }

  @Test
  void stopsBeforeItPublishesWeightsThatAreNotFinite() throws Exception {
    TopicsConfig topics = fixture.createTopics(1);
    fixture.produce(topics, SoftTargetFixture.softTargets(EXAMPLES, 5));
    StudentConfig config = fixture.student("diverging", 50, EXAMPLES, "learning-rate.base=1e30");

    assertThatThrownBy(() -> fixture.train(config, topics))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining("not a finite number")
        .hasMessageContaining("student.learning-rate.base");
    assertThat(CheckpointLog.read(fixture.kafka, topics.checkpoints()).latest("diverging"))
        .isEmpty();
  }

  @Test
  void partitionsThatWereAddedAfterTheFirstPassAreNoPartOfTheOthers() throws Exception {
    TopicsConfig topics = fixture.createTopics(1);
    fixture.produce(topics, SoftTargetFixture.softTargets(100, 11));
    fixture.train(fixture.student("widened", 1, 100), topics);
    fixture.addPartition(topics.softTargets());

    fixture.train(fixture.student("widened", 2, 100), topics);

    assertThat(latest(topics, "widened").examplesSeen()).isEqualTo(200);
  }

  @Test
  void saysSoWhenRetentionDeletedWhatItNeedsNext() throws Exception {
    TopicsConfig topics = fixture.createTopics(1);
    fixture.produce(topics, SoftTargetFixture.softTargets(200, 7));
    fixture.train(fixture.student("late", 1, 200), topics);
    fixture.deleteRecordsBefore(topics.softTargets(), 0, 150);

    assertThatThrownBy(() -> fixture.train(fixture.student("late", 2, 200), topics))
        .isInstanceOf(LostRecordsException.class)
        .hasMessageContaining("150 records, offsets 0 to 149, deleted by retention")
        .hasMessageContaining("student.on-lost-records");
  }

  @Test
  void keepsTheNewestCheckpointsOnly() throws Exception {
    TopicsConfig topics = fixture.createTopics(1);
    fixture.produce(topics, SoftTargetFixture.softTargets(EXAMPLES, 8));
    fixture.train(fixture.student("keeper", 2, EXAMPLES, checkpointEvery(500)), topics);

    CheckpointLog log = CheckpointLog.read(fixture.kafka, topics.checkpoints());
    assertThat(log.announcements("keeper")).hasSize(3);
  }

  /** SHA-256 of the newest weights and trainer state. */
  private static Map<String, String> weights(TopicsConfig topics, String student) {
    return latest(topics, student).files().stream()
        .filter(file -> file.name().endsWith(".safetensors"))
        .collect(java.util.stream.Collectors.toMap(FileEntry::name, FileEntry::sha256));
  }
}
