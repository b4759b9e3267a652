package io.streamdistill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.checkpoints.format.Calibration;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Safetensors;
import io.streamdistill.checkpoints.format.Tensor;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.checkpoints.trust.CheckpointVerifier;
import io.streamdistill.checkpoints.trust.KeyFiles;
import io.streamdistill.checkpoints.trust.SigningKey;
import io.streamdistill.checkpoints.trust.TrustedKeys;
import io.streamdistill.config.ConfigException;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Target;
import io.streamdistill.records.Task;
import io.streamdistill.student.calibrate.BiasCorrectionConfig;
import io.streamdistill.student.calibrate.BiasCorrector;
import io.streamdistill.testkit.TestRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Students whose transfer set lacked a class, and a probe topic that has all of them. */
@Timeout(120)
final class CheckpointCalibratorTest {

  private static final List<Target> PROBE = SoftTargetFixture.softTargets(1_000, 20);
  private static final List<Target> WITHOUT_RED =
      SoftTargetFixture.softTargets(2_000, 21).stream()
          .filter(target -> SoftTargetFixture.teacherAnswer(target) != 0)
          .toList();
  @TempDir static Path directory;
  static SoftTargetFixture fixture;
  static TopicsConfig topics;
  static TopicsConfig probe;
  static Path plain;
  static Path convolutional;

  @BeforeAll
  static void train() throws Exception {
    fixture = new SoftTargetFixture(directory);
    topics = fixture.createTopics(2);
    fixture.produce(topics, WITHOUT_RED);
    probe = fixture.createTopics(2);
    fixture.produce(probe, PROBE);
    plain = trained(student("plain"));
    convolutional = trained(student("cnn", fixture.convolutional()));
  }

  @AfterAll
  static void stopBroker() {
    fixture.close();
  }

  @Test
  void theMeanPredictionOfTheModelBecomesThatOfTheTeacher() throws Exception {
    Manifest parent = Manifest.read(plain);
    Path out = directory.resolve("corrected-plain");

    Manifest corrected = calibrator(teacher(probe)).calibrate(plain, out);

    double[] wanted = MeanPrediction.ofTeacher(PROBE);
    assertThat(CheckpointVerifier.verify(out)).isEqualTo(corrected);
    assertThat(MeanPrediction.ofModel(PROBE, plain)[0])
        .isLessThan(wanted[0] - 0.03); // it never saw a red one
    assertThat(MeanPrediction.ofModel(PROBE, out))
        .usingComparatorWithPrecision(1e-3)
        .containsExactly(wanted);
    Calibration calibration = Objects.requireNonNull(corrected.calibration());
    assertThat(calibration.target()).isEqualTo("teacher");
    assertThat(calibration.probeTopic()).isEqualTo(probe.softTargets());
    assertThat(calibration.probeExamples()).isEqualTo(PROBE.size());
    assertThat(calibration.trainedPrediction().get(0))
        .isCloseTo(MeanPrediction.ofModel(PROBE, plain)[0], within(1e-5));
    assertThat(calibration.wantedPrediction().get(0)).isCloseTo(wanted[0], within(1e-6));
    assertThat(calibration.meanPrediction().get(0)).isCloseTo(wanted[0], within(1e-6));
    assertThat(calibration.biasShift().get(0)).isPositive();
    assertThat(out.resolve("README.md"))
        .content()
        .contains(corrected.version(), "that of their teacher", "| red |");
    assertSameStudent(parent, corrected);
    assertThat(trainedWeights(out)).isEqualTo(trainedWeights(plain));
    assertThat(out.resolve("trainer-state.safetensors"))
        .hasSameBinaryContentAs(plain.resolve("trainer-state.safetensors"));
  }

  private static void assertSameStudent(Manifest parent, Manifest corrected) {
    assertThat(corrected.parent()).isEqualTo(parent.version());
    assertThat(corrected.version()).isGreaterThan(parent.version());
    assertThat(corrected.student()).isEqualTo(parent.student());
    assertThat(corrected.step()).isEqualTo(parent.step());
    assertThat(corrected.examplesSeen()).isEqualTo(parent.examplesSeen());
    assertThat(corrected.source()).isEqualTo(parent.source());
    assertThat(corrected.teacherVersions()).isEqualTo(parent.teacherVersions());
    assertThat(corrected.metrics()).isEqualTo(parent.metrics());
    assertThat(corrected.configuration()).isEqualTo(parent.configuration());
  }

  @Test
  void anEarlierCorrectionIsUndone() throws Exception {
    Path prior =
        trained(
            student(
                "twice",
                "bias-correction.target=prior",
                "bias-correction.probe-examples=500",
                "bias-correction.prior=[0.6, 0.3, 0.1]"));
    Calibration once = correction(plain, "once-corrected");
    Calibration twice = correction(prior, "twice-corrected");

    assertThat(Objects.requireNonNull(Manifest.read(prior).calibration()).target())
        .isEqualTo("prior");
    assertThat(twice).isEqualTo(once);
    assertThat(MeanPrediction.ofModel(PROBE, directory.resolve("twice-corrected")))
        .usingComparatorWithPrecision(1e-3)
        .containsExactly(MeanPrediction.ofTeacher(PROBE));
  }

  private static Calibration correction(Path from, String out) {
    return Objects.requireNonNull(
        calibrator(teacher(probe)).calibrate(from, directory.resolve(out)).calibration());
  }

  @Test
  void correctsANetworkOfDl4jsJson() throws Exception {
    Path out = Files.createDirectory(directory.resolve("corrected-cnn")); // empty: may be there

    calibrator(teacher(probe)).calibrate(convolutional, out);

    assertThat(CheckpointVerifier.verify(out).calibration()).isNotNull();
    assertThat(MeanPrediction.ofModel(PROBE, out))
        .usingComparatorWithPrecision(1e-3)
        .containsExactly(MeanPrediction.ofTeacher(PROBE));
  }

  @Test
  void signsWhatItWritesAndCorrectsOnlyWhatIsSigned() throws Exception {
    SigningKey key =
        SigningKey.read(
            "key", KeyFiles.create(directory.resolve("keys"), new SecureRandom()).signingKey());
    CheckpointCalibrator signing = calibrator(teacher(probe), key.trusted(), key);
    Path from = copy(plain, "to-be-signed");
    assertThatThrownBy(() -> signing.calibrate(from, directory.resolve("none")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is not signed");

    Manifest parent = Manifest.read(from).write(from, SigningKey.signer(key));
    Path out = directory.resolve("corrected-signed");
    Manifest corrected = signing.calibrate(from, out);

    assertThat(CheckpointVerifier.verify(out, key.trusted())).isEqualTo(corrected);
    assertThat(corrected.signature()).isNotNull().isNotEqualTo(parent.signature());
  }

  @Test
  void reachesAPrior() throws Exception {
    Path out = directory.resolve("corrected-to-prior");
    var prior =
        new BiasCorrectionConfig(
            BiasCorrectionConfig.Target.PRIOR, probe.softTargets(), 1_000, List.of(0.2, 0.3, 0.5));

    calibrator(prior).calibrate(plain, out);

    assertThat(MeanPrediction.ofModel(PROBE, out))
        .usingComparatorWithPrecision(1e-3)
        .containsExactly(0.2, 0.3, 0.5);
    assertThatThrownBy(
            () ->
                calibrator(
                    new BiasCorrectionConfig(
                        BiasCorrectionConfig.Target.PRIOR, "", 1_000, List.of(0.5, 0.5))))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("has 2 shares, there are 3 classes")
        .hasMessageContaining("[red, green, blue]");
  }

  @Test
  void saysWhatIsWrongWithTheProbe() {
    TopicsConfig empty = fixture.createTopics(2);
    assertFails(plain, teacher(empty))
        .isInstanceOf(StudentException.class)
        .hasMessageStartingWith("topic " + empty.softTargets() + " has no soft target")
        .hasMessageContaining("student.bias-correction.probe-topic");

    fixture.produce(empty, List.of(TestRecords.withClassMapHash(PROBE.get(0), "0123456789abcdef")));
    assertFails(plain, teacher(empty))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining("none of the 1 records read is fit for this student")
        .hasMessageContaining("wrong-class-map");

    assertFails(
            plain,
            new BiasCorrectionConfig(BiasCorrectionConfig.Target.TEACHER, "nowhere", 10, List.of()))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining("topic nowhere")
        .hasMessageContaining("does not exist on Kafka at " + fixture.kafka.bootstrapServers());
  }

  @Test
  void refusesACheckpointThatIsNotIntact() throws Exception {
    Path from = copy(plain, "damaged");
    overwrite(from, Tensor.of(new float[] {1, 2, 3}, 3));
    assertFails(from, teacher(probe))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is not intact")
        .hasMessageContaining("weights.safetensors: has sha-256");

    Manifest.read(from).write(from); // whoever changes the weights may change the hashes, too
    assertFails(from, teacher(probe))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.onnx of checkpoint plain/")
        .hasMessageContaining("from what the weights beside it predict");

    overwrite(from, Tensor.of(new float[] {1, 2}, 2));
    Manifest.read(from).write(from);
    assertFails(from, teacher(probe))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("the weights of checkpoint plain/")
        .hasMessageContaining("weight 1_b is F32 [2], the network has float32 [3]");
  }

  private static void overwrite(Path checkpoint, Tensor bias) throws IOException {
    Path weights = checkpoint.resolve("weights.safetensors");
    Safetensors before = Safetensors.read(weights);
    Map<String, Tensor> tensors = new HashMap<>(before.tensors());
    tensors.put("1_b", bias);
    Files.delete(weights);
    new Safetensors(tensors, before.metadata()).write(weights);
  }

  @Test
  void refusesACheckpointOfAnotherConfiguration() {
    ClassMap renamed = new ClassMap(List.of("red", "green", "violet"));
    CheckpointCalibrator calibrator =
        new CheckpointCalibrator(
            corrector(teacher(probe)),
            new Task(SoftTargetFixture.CONTRACT, renamed),
            TrustedKeys.none(),
            null,
            Clock.systemUTC(),
            new Random(1));

    assertThatThrownBy(() -> calibrator.calibrate(plain, directory.resolve("none")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("has other classes than are configured")
        .hasMessageContaining("violet");
  }

  /** Objects of whatever class a checkpoint names would be code from whoever wrote it. */
  @Test
  void refusesANetworkThatNamesClassesThatAreNoneOfDl4j() throws Exception {
    Path from = copy(convolutional, "hostile");
    Manifest parent = Manifest.read(from);
    ObjectNode configuration = parent.configuration().deepCopy();
    ObjectNode conf = (ObjectNode) configuration.at("/network/dl4j/confs/0/layer");
    conf.put("@class", "javax.script.ScriptEngineManager");
    Manifest.builder(parent.id())
        .createdTime(parent.createdTime())
        .codeVersion(parent.codeVersion())
        .step(parent.step())
        .examplesSeen(parent.examplesSeen())
        .source(parent.source())
        .randomState(parent.randomState())
        .features(parent.features())
        .classes(parent.classMap())
        .teacherVersions(parent.teacherVersions())
        .configuration(configuration)
        .build()
        .write(from);

    assertFails(from, teacher(probe))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("describes no network that can be built")
        .hasMessageContaining("javax.script.ScriptEngineManager");
  }

  private static AbstractThrowableAssert<?, ?> assertFails(Path from, BiasCorrectionConfig config) {
    Path out = directory.resolve("none");
    var failure = assertThatThrownBy(() -> calibrator(config).calibrate(from, out));
    assertThat(out).doesNotExist();
    return failure;
  }

  private static StudentConfig student(String name, String... settings) {
    return fixture.student(name, 2, WITHOUT_RED.size(), settings);
  }

  private static Path trained(StudentConfig config) throws Exception {
    fixture.train(config, topics);
    Path pulled = directory.resolve("pulled-" + config.name());
    new CheckpointPuller(Cluster.of(fixture.kafka, topics)).pull(config.name(), pulled);
    return pulled;
  }

  private static Path copy(Path checkpoint, String name) throws IOException {
    Path copy = Files.createDirectory(directory.resolve(name));
    try (Stream<Path> files = Files.list(checkpoint)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  private static BiasCorrectionConfig teacher(TopicsConfig of) {
    return new BiasCorrectionConfig(
        BiasCorrectionConfig.Target.TEACHER, of.softTargets(), 10_000, List.of());
  }

  private static CheckpointCalibrator calibrator(BiasCorrectionConfig config) {
    return calibrator(config, TrustedKeys.none(), null);
  }

  private static CheckpointCalibrator calibrator(
      BiasCorrectionConfig config, TrustedKeys trusted, @Nullable SigningKey key) {
    return new CheckpointCalibrator(
        corrector(config),
        SoftTargetFixture.TASK,
        trusted,
        key,
        Clock.offset(Clock.systemUTC(), Duration.ofSeconds(1)),
        new Random(1));
  }

  private static BiasCorrector corrector(BiasCorrectionConfig config) {
    return BiasCorrector.of(config, fixture.kafka, topics.softTargets(), SoftTargetFixture.TASK);
  }

  private static Map<String, Tensor> trainedWeights(Path checkpoint) {
    Map<String, Tensor> tensors =
        new HashMap<>(Safetensors.read(checkpoint.resolve("weights.safetensors")).tensors());
    tensors.remove("bias_correction");
    return tensors;
  }
}
