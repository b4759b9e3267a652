package io.streamdistill.student;

import static io.streamdistill.student.Changed.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.checkpoints.format.FileEntry;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Safetensors;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.config.AutoNumber;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Task;
import io.streamdistill.student.StudentConfig.Optimizer;
import io.streamdistill.student.StudentConfig.OptimizerType;
import io.streamdistill.student.gate.GateConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Students that go on under another configuration than they began with, or may not. */
class ChangedConfigurationTest {

  private static final int EXAMPLES = 501;
  private static final int STEPS = (EXAMPLES + 31) / 32; // of a pass

  @TempDir static Path directory;
  static SoftTargetFixture fixture;
  static TopicsConfig topics;

  @BeforeAll
  static void start() throws Exception {
    fixture = new SoftTargetFixture(directory);
    topics = fixture.createTopics(2);
    fixture.produce(topics, SoftTargetFixture.softTargets(EXAMPLES, 1));
    fixture.train(student("unchanged", 2), topics);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static StudentConfig student(String name, int passes) {
    return fixture.student(name, passes, EXAMPLES);
  }

  private static Optimizer optimizer(OptimizerType type, double momentum, double weightDecay) {
    return new Optimizer(type, momentum, 0.9, 0.999, 1e-8, weightDecay);
  }

  /** A name, and what is changed after the first pass. */
  static Stream<Arguments> changes() {
    return Stream.of(
        Arguments.of(
            "rate",
            (Change)
                c ->
                    with(
                        c,
                        "learningRate",
                        new StudentConfig.LearningRate(
                            AutoNumber.of(0.01), 0, StudentConfig.DecayType.CONSTANT, 1, 1))),
        Arguments.of(
            "objective",
            (Change)
                c ->
                    with(
                        c,
                        "objective",
                        new StudentConfig.Objective(
                            AutoNumber.of(2), 0.5, 0, AutoNumber.of(1), 10))),
        Arguments.of(
            "momentum",
            (Change) c -> with(c, "optimizer", optimizer(OptimizerType.NESTEROV, 0.5, 0.001))),
        Arguments.of(
            "optimizer", (Change) c -> with(c, "optimizer", optimizer(OptimizerType.SGD, 0.9, 0))),
        Arguments.of("batch", (Change) c -> with(c, "batchSize", 16)));
  }

  /** What is changed. */
  private interface Change {
    StudentConfig to(StudentConfig config);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void goesOnUnderTheNewOneAndTheManifestSaysSo(String name, Change change) throws Exception {
    fixture.train(student(name, 1), topics);
    Manifest before = pulled(name);

    fixture.train(change.to(student(name, 2)), topics);

    Manifest after = pulled(name);
    assertThat(after.parent()).isEqualTo(before.version());
    assertThat(after.examplesSeen()).isEqualTo(2 * EXAMPLES);
    assertThat(after.step()).isGreaterThan(before.step());
    assertThat(after.configurationHash())
        .isNotEqualTo(before.configurationHash())
        .isEqualTo(Manifest.hashOf(after.configuration()));
    assertThat(files(name)).isNotEqualTo(files("unchanged"));
  }

  /** What does not shape the weights is no part of the configuration's hash. */
  @Test
  void theGateMayChangeAndLeavesTheHashAlone() throws Exception {
    fixture.train(student("gate", 2), topics);
    Manifest before = pulled("gate");
    GateConfig gate = new GateConfig(0.1, 100, 50, GateConfig.Metric.AUTO, 0.005, 0.5);

    fixture.train(with(student("gate", 3), "gate", gate), topics);

    Manifest after = pulled("gate");
    assertThat(withoutPasses(after)).isEqualTo(withoutPasses(before));
    assertThat(after.examplesSeen())
        .isGreaterThan(before.examplesSeen() + EXAMPLES / 2)
        .isLessThan(before.examplesSeen() + EXAMPLES);
  }

  private static ObjectNode withoutPasses(Manifest manifest) {
    return manifest.configuration().<ObjectNode>deepCopy().without("passes");
  }

  /** Its own first step comes when the student has taken many: Adam counts from there. */
  @Test
  void anotherOptimizerBeginsWithNothingAndIsResumedLikeAnyOther() throws Exception {
    for (String name : List.of("by-and-by", "at-once")) {
      fixture.train(student(name, 1), topics);
    }

    fixture.train(adam(student("by-and-by", 2)), topics);
    assertThat(optimizerSteps("by-and-by")).isEqualTo(STEPS);
    fixture.train(adam(student("by-and-by", 3)), topics);
    fixture.train(adam(student("at-once", 3)), topics);

    assertThat(optimizerSteps("by-and-by")).isEqualTo(2 * STEPS);
    assertThat(pulled("by-and-by").step()).isEqualTo(3 * STEPS);
    assertThat(files("by-and-by")).isEqualTo(files("at-once"));
  }

  private static StudentConfig adam(StudentConfig config) {
    var low =
        new StudentConfig.LearningRate(
            AutoNumber.of(0.002), 0, StudentConfig.DecayType.CONSTANT, 1, 1);
    return with(
        with(config, "optimizer", optimizer(OptimizerType.ADAM, 0.9, 0)), "learningRate", low);
  }

  private static int optimizerSteps(String student) {
    pulled(student);
    Safetensors state =
        Safetensors.read(directory.resolve("pulled-" + student + "/trainer-state.safetensors"));
    return Integer.parseInt(state.metadata().get("optimizer-steps"));
  }

  @Test
  void refusesAnotherArchitectureLayerByLayer() throws Exception {
    fixture.train(student("grown", 1), topics);

    assertThatThrownBy(
            () ->
                fixture.train(
                    with(
                        student("grown", 2), "network", new StudentConfig.Network(List.of(17), "")),
                    topics))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining("student 'grown' has checkpoints")
        .hasMessageContaining("layer 0: dense 12 -> 16, relu; configured: layer 0: dense 12 -> 17")
        .hasMessageContaining("layer 1: output 16 -> 3; configured: layer 1: output 17 -> 3")
        .hasMessageContaining("give it another student.name");
  }

  @Test
  void refusesOtherClassesAndFeatures() throws Exception {
    fixture.train(student("renamed", 1), topics);
    ClassMap classes = new ClassMap(List.of("red", "green", "blue", "grey"));
    FeatureContract features = new FeatureContract(FeatureType.F32, List.of(3, 4), 1, 0);

    assertThatThrownBy(
            () ->
                TrainerService.start(
                    student("renamed", 2),
                    Cluster.of(fixture.kafka, topics),
                    new Task(features, classes)))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining("features: f32 [12], x * 1.0 + 0.0; configured: f32 [3, 4], x")
        .hasMessageContaining("classes: 3; configured: 4")
        .hasMessageContaining("layer 1: output 16 -> 3; configured: layer 1: output 16 -> 4");
  }

  /** Here the weights can be kept, and the message says how. */
  @Test
  void anotherTopicNeedsAnotherNameAndMayKeepTheWeights() throws Exception {
    fixture.train(student("moved", 1), topics);
    TopicsConfig others = fixture.createTopics(2);
    fixture.produce(others, SoftTargetFixture.softTargets(EXAMPLES, 2));
    TopicsConfig moved =
        new TopicsConfig(
            topics.transferSet(),
            others.softTargets(),
            topics.labels(),
            topics.deadLetters(),
            topics.checkpoints(),
            topics.checkpointFiles(),
            topics.checkpointEvents(),
            topics.partitions(),
            topics.replication());

    assertThatThrownBy(() -> fixture.train(student("moved", 2), moved))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining("another soft-target topic")
        .hasMessageContaining("student.init-from 'moved@latest' to keep the weights");

    fixture.train(with(student("moved-2", 1), "initFrom", "moved@latest"), moved);
    assertThat(CheckpointLog.read(fixture.kafka, topics.checkpoints()).latest("moved-2"))
        .isPresent();
  }

  private static Manifest pulled(String student) {
    return new CheckpointPuller(Cluster.of(fixture.kafka, topics))
        .pull(student, directory.resolve("pulled-" + student));
  }

  /** SHA-256 of the newest weights and trainer state. */
  private static Map<String, String> files(String student) {
    return pulled(student).files().stream()
        .filter(file -> file.name().endsWith(".safetensors"))
        .collect(Collectors.toMap(FileEntry::name, FileEntry::sha256));
  }
}
