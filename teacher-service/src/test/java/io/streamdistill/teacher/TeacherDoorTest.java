package io.streamdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamdistill.config.ConfigException;
import io.streamdistill.kafka.TopicsConfig;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.EncodingChoice;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.teacher.engine.Teacher;
import io.streamdistill.teacher.engine.TeacherException;
import io.streamdistill.teacher.engine.TeacherVersion;
import io.streamdistill.teacher.topology.Flow;
import io.streamdistill.teacher.topology.OutputTerms;
import io.streamdistill.teacher.topology.RecordLimits;
import io.streamdistill.teacher.topology.Scoring;
import io.streamdistill.teacher.topology.ScoringMeters;
import io.streamdistill.teacher.topology.TeacherTopology;
import io.streamdistill.teacher.topology.TopicTerms;
import io.streamdistill.testkit.TestRecords;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TopologyTestDriver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A teacher of another kind, chosen by its own keys, from the configuration to the soft targets.
 */
final class TeacherDoorTest {

  private static final TopicsConfig TOPICS = TopicsConfig.defaults();
  private static final int BATCH = 4;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Flow flow = Flow.free();
  private @Nullable TopologyTestDriver driver;

  private void start(String member) {
    TeacherConfig config =
        TeacherConfig.of("members=[{%s}]".formatted(member), "batch-size=" + BATCH);
    Teacher teacher = Engines.open(config, Fixtures.TASK);
    Scoring scoring =
        new Scoring(
            Fixtures.TASK,
            Fixtures.READER,
            new Scoring.Model(teacher, TeacherVersion.of(teacher, Fixtures.CLASSES), 1),
            new Scoring.Form(1, EncodingChoice.DENSE_F32),
            new Scoring.Batching(BATCH, Duration.ofMillis(100)),
            new RecordLimits(
                1 << 20,
                new OutputTerms(TopicTerms.of(1 << 20), TopicTerms.of(1 << 20)),
                1 << 20,
                "lz4"));
    Properties properties = new Properties();
    properties.put("application.id", "door");
    driver =
        new TopologyTestDriver(
            TeacherTopology.build(
                scoring, TOPICS, new ScoringMeters(registry), flow, Clock.systemUTC()),
            properties,
            Instant.EPOCH);
    flow.outage().register(registry);
  }

  private TopologyTestDriver driver() {
    return Objects.requireNonNull(driver, "not started");
  }

  @AfterEach
  void close() {
    if (driver != null) {
      driver.close();
    }
  }

  private void pipe(int from, int to) {
    var transferSet =
        driver()
            .createInputTopic(
                TOPICS.transferSet(), new ByteArraySerializer(), new ByteArraySerializer());
    for (int i = from; i < to; i++) {
      byte[] key = ("k" + i).getBytes(StandardCharsets.UTF_8);
      transferSet.pipeInput(key, Fixtures.framedBytes("id" + i, 40, 0, 0, i), Instant.EPOCH);
    }
  }

  private List<Target> softTargets() {
    return driver()
        .createOutputTopic(
            TOPICS.softTargets(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readValuesToList()
        .stream()
        .map(TestRecords::target)
        .toList();
  }

  /** One look at what waits, at most 100 ms of the wall clock after the one before. */
  private void look() {
    driver().advanceWallClockTime(Duration.ofMillis(25));
  }

  private double meter(String name) {
    return registry.get(name).meter().measure().iterator().next().getValue();
  }

  @Test
  void scoresByItsOwnKeys() {
    start("script: fine");

    pipe(0, BATCH);

    List<Target> targets = softTargets();
    assertThat(targets)
        .extracting(target -> target.example().id())
        .containsExactly("id0", "id1", "id2", "id3");
    double[] said = new double[3];
    assertThat(
            TargetCodec.decode(
                targets.get(0).answer().encoding(), targets.get(0).answer().distribution(), said))
        .isTrue();
    double logit = 40 * Fixtures.CONTRACT.scale() + Fixtures.CONTRACT.offset() + 0.25 * 40;
    double rest = 2 * Math.exp(Fixtures.CONTRACT.offset());
    assertThat(Math.exp(said[0]))
        .isCloseTo(
            Math.exp(logit) / (Math.exp(logit) + rest),
            org.assertj.core.api.Assertions.within(1e-5));
  }

  @Test
  void membersOfSeveralKindsAreOneTeacher() {
    TeacherConfig config =
        TeacherConfig.of(
            "members=[{script: fine, weight: 3}, {model: %s}]".formatted(Fixtures.model("logits")));

    try (Teacher teacher = Engines.open(config, Fixtures.TASK)) {
      assertThat(teacher.facts().classes()).isEqualTo(3);
    }
  }

  @Test
  void aTeacherThatIsAwayIsAskedAgainAndNothingIsSkipped() {
    start("script: away, away-for: 3");
    pipe(0, BATCH + 2); // two of them come while the first batch waits

    assertThat(softTargets()).isEmpty();
    assertThat(flow.outage().problem().orElseThrow())
        .contains("script away is away at call 1", "it is tried again");
    assertThat(flow.waiting().described()).contains("at offset 0");
    while (flow.outage().problem().isPresent()) { // 0.1 s, 0.2 s and 0.4 s, about
      look();
    }
    pipe(BATCH + 2, 2 * BATCH);

    assertThat(softTargets())
        .extracting(target -> target.example().id())
        .containsExactly("id0", "id1", "id2", "id3", "id4", "id5", "id6", "id7");
    assertThat(meter("distill.teacher.outage.attempts")).isEqualTo(3);
    assertThat(meter("distill.teacher.outage")).isZero();
    assertThat(flow.waiting().described()).isEmpty();
  }

  @Test
  void aTeacherThatIsBrokenEndsItWithTheRecordsThatItFailedOn() {
    start("script: tired, broken-after: 1");
    pipe(0, BATCH);
    assertThat(softTargets()).hasSize(BATCH);

    assertThatThrownBy(() -> pipe(BATCH, 2 * BATCH))
        .hasRootCauseInstanceOf(TeacherException.class)
        .hasStackTraceContaining("script tired is broken (batch of 4 examples at offsets 4 to 7)");

    assertThat(softTargets()).isEmpty();
  }

  @Test
  void anUnknownKeyNamesTheKindsThereAre() {
    assertThatThrownBy(() -> TeacherConfig.of("members=[{modle: m.onnx}]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("teacher.members[0].modle")
        .hasMessageContaining("did you mean teacher.members[0].model?")
        .hasMessageContaining("model (onnx)")
        .hasMessageContaining("script (scripted)");
    assertThatThrownBy(() -> TeacherConfig.of("members=[{weight: 2}]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("has no key that says what it is");
  }
}
