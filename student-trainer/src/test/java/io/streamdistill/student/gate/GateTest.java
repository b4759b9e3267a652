package io.streamdistill.student.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamdistill.checkpoints.format.CheckpointEvent;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.GateCheck;
import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.AliasWriter;
import io.streamdistill.checkpoints.log.GateProgress;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.OnnxExport;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.records.Answer;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.Softmax;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import io.streamdistill.student.learning.LearningState;
import io.streamdistill.student.source.DecodedTarget;
import io.streamdistill.testkit.TestBroker;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A gate and the topic that it writes to, without a trainer. */
@ExtendWith(TestBroker.class)
final class GateTest {

  private static final GateConfig CONFIG =
      new GateConfig(0.5, 500, 100, GateConfig.Metric.AUTO, 0.01, 0.5);
  private static final ClassMap CLASSES = new ClassMap(List.of("a", "b", "c"));
  private static final ExportContract CONTRACT =
      new ExportContract("s", "u8", List.of(3L), 1, 0, CLASSES.names(), Map.of());
  private static final LearningRecord LEARNS =
      new LearningRecord(LearningState.LEARNING.label(), "it does", List.of());

  /** Says what the teacher says: the class of the largest feature. */
  private static final byte[] GOOD = model(0, 1, 2);

  /** Says so of no example. */
  private static final byte[] BAD = model(1, 2, 0);

  private final KafkaSettings kafka;
  private final TestBroker.Running broker;
  private final HoldOut holdOut = new HoldOut(CONFIG, 3);
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final Map<CheckpointId, byte[]> published = new HashMap<>();

  @SuppressWarnings("NullAway.Init")
  private AliasWriter aliases;

  GateTest(TestBroker.Running broker) {
    this.broker = broker;
    this.kafka = KafkaSettings.of(broker.bootstrapServers());
  }

  @BeforeEach
  void open() {
    aliases =
        new AliasWriter(
            kafka,
            broker.compactedTopic(1, Map.of("cleanup.policy", "delete")),
            InstantSource.system());
  }

  @AfterEach
  void close() {
    aliases.close();
  }

  /** Feature k is an argument for class {@code classes[k]}. */
  private static byte[] model(int... classes) {
    float[] weights = new float[9]; // (features, classes)
    for (int k = 0; k < 3; k++) {
      weights[3 * k + classes[k]] = 0.1f;
    }
    return OnnxExport.write(
        (graph, x, logits) -> {
          graph.node("MatMul", logits, List.of(x, graph.f32("w", weights, 3, 3)));
          return 3;
        },
        CONTRACT,
        null);
  }

  private Gate gate() {
    return gate(CONFIG);
  }

  private Gate gate(GateConfig config) {
    return new Gate(
        config,
        holdOut,
        CLASSES,
        CONTRACT,
        id -> {
          byte[] model = published.get(id);
          if (model == null) {
            throw new CheckpointException("no checkpoint " + id);
          }
          return model;
        },
        aliases,
        registry);
  }

  /** Holds out about half of so many examples. */
  private void feed(int examples) {
    for (int i = 0; i < examples; i++) {
      byte[] features = new byte[3];
      features[i % 3] = 100;
      double[] logits = new double[3];
      logits[i % 3] = 9;
      Softmax.logSoftmax(logits, 1);
      var unused =
          holdOut.passesOver(
              new DecodedTarget(
                  new ConsumerRecord<>("t", 0, 0, null, null),
                  new Target(
                      new Example(
                          "e" + i,
                          ByteBuffer.wrap(features),
                          FeatureType.U8,
                          null,
                          1,
                          Instant.EPOCH),
                      new Answer(
                          TargetCodec.encode(TargetEncoding.DENSE_F32, logits),
                          TargetEncoding.DENSE_F32,
                          1,
                          "t",
                          CLASSES.hash()),
                      Instant.EPOCH),
                  logits,
                  true));
    }
  }

  private void judge(Gate gate, String version, byte[] model, LearningRecord learning) {
    CheckpointId id = new CheckpointId("s", version);
    published.put(id, model);
    gate.judge(id, model, learning);
  }

  private Optional<String> champion() {
    return aliases.read().alias("s", Alias.CHAMPION).map(Alias::version);
  }

  private List<CheckpointEvent> events() {
    return aliases.read().events("s");
  }

  private double counted(String result) {
    return registry.get("distill.student.gate").tag("result", result).counter().count();
  }

  @Test
  void theFirstThatIsGoodEnoughIsChampionAndOneThatIsWorseIsRefused() {
    feed(400);
    Gate gate = gate();

    judge(gate, "v1", GOOD, LEARNS);
    judge(gate, "v2", BAD, LEARNS);

    assertThat(champion()).contains("v1");
    assertThat(counted("passed")).isEqualTo(1);
    assertThat(counted("refused")).isEqualTo(1);
    assertThat(events())
        .filteredOn(event -> event.kind() != CheckpointEventKind.PROMOTED)
        .hasSize(2)
        .allSatisfy(event -> assertThat(event.checks()).isNotEmpty());
    judge(gate, "v3", GOOD, LEARNS);
    assertThat(champion()).contains("v3");
  }

  @Test
  void nothingIsDecidedBeforeEnoughIsHeldOut() {
    feed(50);
    Gate gate = gate();

    judge(gate, "v1", GOOD, LEARNS);

    assertThat(champion()).isEmpty();
    assertThat(events()).isEmpty();
    assertThat(gate.metrics())
        .containsEntry(GateProgress.EXAMPLES, (double) holdOut.examples().count())
        .containsEntry(GateProgress.REQUIRED, 100.0);
    feed(400);
    judge(gate, "v2", GOOD, LEARNS);
    assertThat(champion()).contains("v2");
  }

  @Test
  void whoDoesNotLearnIsNoChampionHoweverGoodItLooks() {
    feed(400);

    judge(
        gate(),
        "v1",
        GOOD,
        new LearningRecord(LearningState.STALLED.label(), "it stands still", List.of()));

    assertThat(champion()).isEmpty();
    assertThat(events().get(0).checks())
        .filteredOn(check -> check.name().equals("learning"))
        .singleElement()
        .satisfies(check -> assertThat(check.passed()).isFalse())
        .extracting(GateCheck::detail)
        .asString()
        .contains("it stands still");
  }

  /** A gate that begins knows nothing, and fetches the champion that it compares with. */
  @Test
  void aChampionThatCannotBeFetchedIsNotReplaced() {
    feed(400);
    judge(gate(), "v1", GOOD, LEARNS);
    published.clear();

    judge(gate(), "v2", GOOD, LEARNS);

    assertThat(champion()).contains("v1");
    assertThat(counted("refused")).isEqualTo(1);
  }

  @Test
  void aModelThatCannotBeRunLeavesTheChampion() {
    feed(400);
    Gate gate = gate();
    judge(gate, "v1", GOOD, LEARNS);

    judge(gate, "v2", new byte[] {1, 2, 3}, LEARNS);

    assertThat(champion()).contains("v1");
  }

  @Test
  void withoutAHoldOutThereIsNoGate() {
    Gate gate = gate(GateConfig.NONE);

    judge(gate, "v1", GOOD, LEARNS);

    assertThat(gate.metrics()).isEmpty();
    assertThat(events()).isEmpty();
  }
}
