package io.streamdistill.student;

import static io.streamdistill.student.SoftTargetFixture.checkpointEvery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Origin;
import io.streamdistill.checkpoints.format.Safetensors;
import io.streamdistill.checkpoints.format.Tensor;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.AliasWriter;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.config.ConfigException;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** New students that start from the weights of others. */
class WarmStartTest {

  private static final int EXAMPLES = 501;

  /** So low that no step changes a weight. */
  private static final String STILL = "learning-rate.base=1e-30";

  @TempDir static Path directory;
  static SoftTargetFixture fixture;
  static TopicsConfig topics;

  @BeforeAll
  static void trainTheOneToStartFrom() throws Exception {
    fixture = new SoftTargetFixture(directory);
    topics = fixture.createTopics(2);
    fixture.produce(topics, SoftTargetFixture.softTargets(EXAMPLES, 1));
    fixture.train(
        fixture.student(
            "first",
            3,
            EXAMPLES,
            checkpointEvery(500),
            "bias-correction.target=prior",
            "bias-correction.prior=[0.6, 0.3, 0.1]",
            "bias-correction.probe-examples=200"),
        topics);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  /** Trains a student that stays what it starts from, and pulls its newest checkpoint. */
  private static Manifest startedFrom(String initFrom, String name) throws Exception {
    fixture.train(startingFrom(initFrom, name, 1, checkpointEvery(300), STILL), topics);
    return pulled(name);
  }

  private static StudentConfig startingFrom(
      String initFrom, String name, int passes, String... settings) {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("init-from=" + initFrom);
    return fixture.student(name, passes, EXAMPLES, all.toArray(String[]::new));
  }

  private static Manifest pulled(String student) {
    return pulled(student, CheckpointChoice.latest(), student);
  }

  private static Manifest pulled(String student, CheckpointChoice choice, String name) {
    return new CheckpointPuller(Cluster.of(fixture.kafka, topics))
        .pull(student, choice, directory.resolve("pulled-" + name));
  }

  /** As they were trained; what corrects biases is left out. */
  private static Map<String, List<Float>> weights(String pulled) {
    Map<String, Tensor> tensors =
        new HashMap<>(
            Safetensors.read(directory.resolve("pulled-" + pulled + "/weights.safetensors"))
                .tensors());
    tensors.remove("bias_correction");
    Map<String, List<Float>> values = new HashMap<>();
    tensors.forEach((name, tensor) -> values.put(name, boxed(tensor.floats())));
    return values;
  }

  private static List<Float> boxed(float[] values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }

  @Test
  void hasTheWeightsOfTheOtherAndItsOwnPlaceInTheLog() throws Exception {
    Manifest first = pulled("first");

    Manifest second = startedFrom("first@latest", "second");

    assertThat(weights("second")).isEqualTo(weights("first"));
    assertThat(second.examplesSeen()).isEqualTo(EXAMPLES);
    assertThat(second.step()).isEqualTo((EXAMPLES + 31) / 32);
    assertThat(second.calibration()).isNull();
    Origin origin = Objects.requireNonNull(second.initFrom());
    assertThat(origin.id()).isEqualTo(first.id());
    assertThat(origin.step()).isEqualTo(first.step());
    assertThat(origin.examplesSeen()).isEqualTo(3 * EXAMPLES);
    assertThat(origin.teacherVersions()).containsExactly("linear");
    assertThat(origin.manifestSha256())
        .isEqualTo(
            HexFormat.of()
                .formatHex(
                    MessageDigest.getInstance("SHA-256")
                        .digest(
                            Files.readAllBytes(directory.resolve("pulled-first/manifest.json")))));
    assertThat(directory.resolve("pulled-second/README.md"))
        .content()
        .contains("those of `" + first.id() + "`, after 1503 examples");
  }

  /** A parent is a checkpoint of the same student; the origin is that of another. */
  @Test
  void everyCheckpointSaysWhereTheFirstWeightsCameFrom() throws Exception {
    startedFrom("first@latest", "lineage");

    var announced =
        CheckpointLog.read(fixture.kafka, topics.checkpoints()).announcements("lineage");
    assertThat(announced).hasSizeGreaterThan(1);
    assertThat(announced.get(0).parent()).isNull();
    assertThat(announced.get(1).parent()).isEqualTo(announced.get(0).version());
    for (var one : announced) {
      Manifest manifest = pulled("lineage", CheckpointChoice.version(one.version()), one.version());
      assertThat(Objects.requireNonNull(manifest.initFrom()).student()).isEqualTo("first");
    }
  }

  @Test
  void startsFromAnAliasOrAVersion() throws Exception {
    var announced = CheckpointLog.read(fixture.kafka, topics.checkpoints()).announcements("first");
    String older = announced.get(0).version();
    try (AliasWriter writer =
        new AliasWriter(fixture.kafka, topics.checkpointEvents(), InstantSource.system())) {
      writer.move(
          AliasLog.read(fixture.kafka, topics.checkpointEvents()),
          CheckpointEventKind.PROMOTED,
          "first",
          Alias.CHAMPION,
          older,
          "ann",
          "test");
    }
    pulled("first", CheckpointChoice.version(older), "older");

    Manifest byAlias = startedFrom("first@champion", "by-alias");
    Manifest byVersion = startedFrom("first@" + older, "by-version");

    assertThat(Objects.requireNonNull(byAlias.initFrom()).version()).isEqualTo(older);
    assertThat(byVersion.initFrom()).isEqualTo(byAlias.initFrom());
    assertThat(weights("by-alias")).isEqualTo(weights("older"));
    assertThat(weights("by-version")).isEqualTo(weights("older"));
  }

  @Test
  void startsFromADirectoryThatWasPulled() throws Exception {
    Manifest first = pulled("first", CheckpointChoice.latest(), "by-hand");

    Manifest second = startedFrom(directory.resolve("pulled-by-hand").toString(), "from-directory");

    assertThat(Objects.requireNonNull(second.initFrom()).id()).isEqualTo(first.id());
    assertThat(weights("from-directory")).isEqualTo(weights("by-hand"));
  }

  /** What the key names may be gone by then. */
  @Test
  void aRestartResumesAndDoesNotStartOver() throws Exception {
    fixture.train(startingFrom("first@latest", "restarted", 1), topics);
    fixture.train(startingFrom("nobody@latest", "restarted", 2), topics);
    fixture.train(startingFrom("first@latest", "at-once", 2), topics);

    Manifest restarted = pulled("restarted");
    assertThat(restarted.examplesSeen()).isEqualTo(2 * EXAMPLES);
    assertThat(Objects.requireNonNull(restarted.initFrom()).student()).isEqualTo("first");
    pulled("at-once");
    assertThat(weights("restarted")).isEqualTo(weights("at-once"));
  }

  @Test
  void refusesAnotherArchitectureLayerByLayer() {
    StudentConfig other = startingFrom("first@latest", "other", 1, "network.hidden=[17, 5]");

    assertThatThrownBy(() -> fixture.train(other, topics))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining("student 'other' cannot start from checkpoint first/")
        .hasMessageContaining("layer 0: dense 12 -> 16, relu; configured: layer 0: dense 12 -> 17")
        .hasMessageContaining("layer 1: output 16 -> 3; configured: layer 1: dense 17 -> 5, relu")
        .hasMessageContaining("no more layers; configured: layer 2: output 5 -> 3")
        .hasMessageContaining("take another student.init-from, or none");
    assertThat(CheckpointLog.read(fixture.kafka, topics.checkpoints()).latest("other")).isEmpty();
  }

  @Test
  void refusesOtherFeaturesAndClasses() {
    StudentConfig config = startingFrom("first@latest", "foreign", 1);
    FeatureContract scaled = new FeatureContract(FeatureType.F32, List.of(12), 2, 0);
    ClassMap renamed = new ClassMap(List.of("red", "blue", "green"));

    assertThatThrownBy(
            () ->
                TrainerService.start(
                    config, Cluster.of(fixture.kafka, topics), new Task(scaled, renamed)))
        .isInstanceOf(StudentException.class)
        .hasMessageContaining(
            "features: f32 [12], x * 1.0 + 0.0; configured: f32 [12], x * 2.0 + 0.0")
        .hasMessageContaining("class 1: green; configured: blue")
        .hasMessageContaining("class 2: blue; configured: green")
        .hasMessageNotContaining("layer");
  }

  @Test
  void saysWhatItDidNotFind() {
    assertFails(
        CheckpointException.class,
        "nobody@latest",
        "no checkpoint of student 'nobody' is announced");
    assertFails(CheckpointException.class, "first@golden", "'first' has no alias 'golden' yet");
    assertFails(ConfigException.class, "first", "student.init-from first is no directory");
    assertFails(CheckpointException.class, directory.toString(), "manifest.json");
  }

  private static void assertFails(Class<?> type, String initFrom, String message) {
    StudentConfig config = startingFrom(initFrom, "lost", 1);
    assertThatThrownBy(() -> fixture.start(config, topics))
        .isInstanceOf(type)
        .hasMessageContaining(message);
  }
}
