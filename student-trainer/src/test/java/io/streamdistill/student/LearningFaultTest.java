package io.streamdistill.student;

import static io.streamdistill.student.SoftTargetFixture.checkpointEvery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.log.CheckpointChoice;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Target;
import io.streamdistill.student.learning.DivergenceException;
import io.streamdistill.testkit.TestRecords;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Students as users configure them, on data and rates that make learning hard or impossible. */
class LearningFaultTest {

  private static final int EXAMPLES = 1_000;
  private static final int PASSES = 40;

  @TempDir static Path directory;
  private static SoftTargetFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new SoftTargetFixture(directory);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  /** With everything that decides how it learns at its default, but for {@code settings}. */
  private static StudentConfig defaults(String name, String... settings) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "features.standardise=auto",
                "optimizer.type=adam",
                "learning-rate.base=auto",
                "learning-rate.warmup-steps=100",
                "learning-rate.decay=auto",
                "objective.temperature=auto",
                "objective.sharp-weight=1",
                "objective.logit-scale=auto",
                "batch-size=64",
                checkpointEvery(8_000)));
    all.addAll(List.of(settings));
    return fixture.student(name, PASSES, EXAMPLES, all.toArray(String[]::new));
  }

  private static Manifest trained(StudentConfig config, TopicsConfig topics) throws Exception {
    fixture.train(config, topics);
    Path out = directory.resolve("pulled-" + config.name());
    new CheckpointPuller(Cluster.of(fixture.kafka, topics))
        .pull(config.name(), CheckpointChoice.latest(), out);
    return Manifest.read(out);
  }

  private static TopicsConfig produced(List<Target> targets) {
    TopicsConfig topics = fixture.createTopics(2);
    fixture.produce(topics, targets);
    return topics;
  }

  /** Every feature times a factor of its own, and off by a multiple of it. */
  private static List<Target> rescaled(List<Target> targets, double... factors) {
    List<Target> rescaled = new ArrayList<>();
    for (Target target : targets) {
      ByteBuffer from = target.example().features().duplicate().order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer to = ByteBuffer.allocate(from.remaining()).order(ByteOrder.LITTLE_ENDIAN);
      for (int f = 0; from.hasRemaining(); f++) {
        double factor = factors[f % factors.length];
        to.putFloat((float) (factor * (from.getFloat() + 3)));
      }
      rescaled.add(TestRecords.withFeatures(target, to.flip()));
    }
    return rescaled;
  }

  private static double agreement(Manifest manifest) {
    return Objects.requireNonNull(manifest.metrics().get("agreement"));
  }

  @Test
  void learnsFromColumnsOfVeryDifferentScaleByItself() throws Exception {
    TopicsConfig topics =
        produced(rescaled(SoftTargetFixture.softTargets(EXAMPLES, 1), 1e-3, 1, 1e4));

    Manifest manifest = trained(defaults("columns"), topics);

    assertThat(agreement(manifest)).isGreaterThan(0.95);
    assertThat(Objects.requireNonNull(manifest.learning()).state()).isEqualTo("learning");
    assertThat(Objects.requireNonNull(manifest.scales()).standardisation()).isNotNull();
  }

  /** Wherever it comes: among what is measured, or later. */
  @ParameterizedTest
  @ValueSource(ints = {3, 700})
  void oneHugeFeatureSpoilsNothing(int where) throws Exception {
    List<Target> targets = SoftTargetFixture.softTargets(EXAMPLES, 2);
    ByteBuffer features = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN).putFloat(3e38f);
    targets.set(where, TestRecords.withFeatures(targets.get(where), features.rewind()));

    Manifest manifest = trained(defaults("huge-" + where), produced(targets));

    assertThat(agreement(manifest)).isGreaterThan(0.95);
  }

  @Test
  void weightAboveTheBoundIsADeadLetter() throws Exception {
    List<Target> targets = SoftTargetFixture.softTargets(EXAMPLES, 3);
    targets.set(500, TestRecords.withWeight(targets.get(500), 1e7f));
    targets.set(501, TestRecords.withWeight(targets.get(501), 3e38f));
    targets.set(502, TestRecords.withWeight(targets.get(502), 1_000f));
    TopicsConfig topics = produced(targets);

    Manifest manifest = trained(defaults("weights"), topics);

    assertThat(agreement(manifest)).isGreaterThan(0.95);
    assertThat(fixture.readAll(topics.deadLetters()))
        .extracting(record -> header(record, "distill.reason"))
        .containsExactly("bad-weight", "bad-weight");
  }

  private static String header(
      org.apache.kafka.clients.consumer.ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(
        record.headers().lastHeader(name).value(), java.nio.charset.StandardCharsets.UTF_8);
  }

  /** Without standardisation it overflows in the first layer: that record goes, the rest stays. */
  @Test
  void recordWhoseLossIsNoNumberIsADeadLetterAndTrainingGoesOn() throws Exception {
    List<Target> targets = SoftTargetFixture.softTargets(EXAMPLES, 4);
    ByteBuffer features = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    for (int f = 0; f < 12; f++) {
      features.putFloat(3e38f);
    }
    targets.set(77, TestRecords.withFeatures(targets.get(77), features.flip()));
    TopicsConfig topics = produced(targets);

    Manifest manifest = trained(defaults("poison", "features.standardise=off"), topics);

    assertThat(agreement(manifest)).isGreaterThan(0.95);
    assertThat(fixture.readAll(topics.deadLetters()))
        .extracting(record -> header(record, "distill.reason"))
        .containsExactly("non-finite-loss");
  }

  @Test
  void rateThatIsFarTooHighIsLowered() throws Exception {
    StudentConfig config =
        defaults("rate", "learning-rate.base=30", "learning-rate.warmup-steps=0");

    Manifest manifest = trained(config, produced(SoftTargetFixture.softTargets(EXAMPLES, 5)));

    assertThat(Objects.requireNonNull(manifest.learning()).recoveries()).isNotEmpty();
    assertThat(manifest.learning().state()).isEqualTo("learning");
    assertThat(agreement(manifest)).isGreaterThan(0.9);
  }

  @Test
  void whatNoRateCanCureStopsAndSaysWhatItSaw() throws Exception {
    TopicsConfig topics = produced(rescaled(SoftTargetFixture.softTargets(EXAMPLES, 6), 1e9));
    StudentConfig config = defaults("hopeless", "features.standardise=off");

    assertThatThrownBy(() -> fixture.train(config, topics))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("4 lower learning rates did not help")
        .hasMessageContaining("not standardised")
        .hasMessageContaining("docs/troubleshooting.md");
    assertThat(CheckpointLog.read(fixture.kafka, topics.checkpoints()).latest("hopeless"))
        .isEmpty();
  }
}
