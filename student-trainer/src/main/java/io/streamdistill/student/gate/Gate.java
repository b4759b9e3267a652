package io.streamdistill.student.gate;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.streamdistill.checkpoints.format.CheckpointEventKind;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.GateCheck;
import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.checkpoints.log.Alias;
import io.streamdistill.checkpoints.log.AliasLog;
import io.streamdistill.checkpoints.log.AliasWriter;
import io.streamdistill.checkpoints.log.GateProgress;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.OnnxLogits;
import io.streamdistill.onnx.graph.OnnxExportException;
import io.streamdistill.records.ClassMap;
import io.streamdistill.student.learning.LearningState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges every published checkpoint on the hold-out, beside the champion, writes down what it
 * found, and makes those that pass champion. Checkpoint and champion are judged as they are
 * deployed: their ONNX models, in ONNX Runtime. Not thread-safe.
 */
public final class Gate {

  private static final Logger log = LoggerFactory.getLogger(Gate.class);

  /** A champion's model, kept while it is champion. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Champion(String version, byte[] model) {}

  private final GateConfig config;
  private final HoldOut holdOut;
  private final GateRules rules;
  private final ExportContract contract;
  private final Function<CheckpointId, byte[]> models;
  private final AliasWriter aliases;
  private final Counter passed;
  private final Counter refused;
  private @Nullable Champion champion;
  private int waitingWith = -1; // held-out examples, when that was said last

  /**
   * Creates a gate.
   *
   * @param contract that the student is exported under
   * @param models gets the model of a published checkpoint
   * @param aliases which it moves, and where it writes its decisions down
   */
  public Gate(
      GateConfig config,
      HoldOut holdOut,
      ClassMap classes,
      ExportContract contract,
      Function<CheckpointId, byte[]> models,
      AliasWriter aliases,
      MeterRegistry registry) {
    this.config = config;
    this.holdOut = holdOut;
    this.rules = new GateRules(config, classes);
    this.contract = contract;
    this.models = models;
    this.aliases = aliases;
    passed = counter(registry, "passed");
    refused = counter(registry, "refused");
  }

  private static Counter counter(MeterRegistry registry, String result) {
    return Counter.builder("distill.student.gate")
        .description("Checkpoints that the gate has judged")
        .tag("result", result)
        .register(registry);
  }

  /**
   * Judges a checkpoint that is announced. What goes wrong meanwhile leaves the champion as it is,
   * and is logged; training goes on.
   *
   * @param model of the checkpoint, proven against ONNX Runtime
   * @param learning how learning went until then
   */
  public void judge(CheckpointId id, byte[] model, LearningRecord learning) {
    if (config.holdOutShare() == 0) {
      return;
    }
    HoldOut.Examples examples = holdOut.examples();
    HoldOut.Filling filling = holdOut.filling();
    if (examples.count() < filling.required()) {
      sayWaiting(filling);
      return;
    }
    waitingWith = -1;
    try {
      judge(id, model, examples, learning);
    } catch (CheckpointException | OnnxExportException e) {
      log.warn("checkpoint {} does not become champion: {}", id, e.getMessage());
    }
  }

  private void sayWaiting(HoldOut.Filling filling) {
    if (filling.examples() == waitingWith) {
      return;
    }
    waitingWith = filling.examples();
    double expected = config.holdOutShare() * filling.stream();
    log.info(
        "gate: {} of {} held-out examples; no checkpoint becomes champion before. Held out are {} of the {} examples so far, about {}: a stream that stays so small needs a larger student.gate.hold-out-share, or 'distill promote'",
        filling.examples(),
        filling.required(),
        config.holdOutShare(),
        filling.stream(),
        Math.round(expected));
  }

  /** What a checkpoint says of the hold-out that it will be judged on. */
  public Map<String, Double> metrics() {
    if (config.holdOutShare() == 0) {
      return Map.of();
    }
    HoldOut.Filling filling = holdOut.filling();
    return Map.of(
        GateProgress.EXAMPLES, (double) filling.examples(),
        GateProgress.REQUIRED, (double) filling.required());
  }

  private void judge(
      CheckpointId id, byte[] model, HoldOut.Examples examples, LearningRecord learning) {
    AliasLog seen = aliases.read();
    Optional<Alias> before = seen.alias(id.student(), Alias.CHAMPION);
    Decision decision = decide(id, model, examples, learning, before);
    aliases.decided(id, decision.passed(), decision.reason(), decision.checks());
    if (!decision.passed()) {
      refused.increment();
      log.warn("the gate refuses checkpoint {}: {}", id, decision.reason());
      return;
    }
    passed.increment();
    if (before.isPresent() && before.get().pinned()) {
      log.info(
          "checkpoint {} passed the gate, but the champion is pinned to {} by {}: {}",
          id,
          before.get().version(),
          before.get().actor(),
          before.get().reason());
      return;
    }
    aliases.move(
        seen,
        CheckpointEventKind.PROMOTED,
        id.student(),
        Alias.CHAMPION,
        id.version(),
        "gate",
        decision.reason());
    champion = new Champion(id.version(), model);
    log.info("checkpoint {} is champion: {}", id, decision.reason());
  }

  private Decision decide(
      CheckpointId id,
      byte[] model,
      HoldOut.Examples examples,
      LearningRecord learning,
      Optional<Alias> before) {
    List<GateCheck> checks = new ArrayList<>();
    checks.add(
        new GateCheck(
            "learning",
            LearningState.of(learning).isHealthy(),
            null,
            null,
            "the student is %s: %s".formatted(learning.state(), learning.detail())));
    checks.add(
        new GateCheck(
            "parity",
            true,
            null,
            null,
            "the model was proven in ONNX Runtime when it was written"));
    Scores candidate = score(model, examples);
    Scores reference = null;
    String version = before.map(Alias::version).orElse(null);
    if (version != null) {
      try {
        reference = score(championModel(id.student(), version), examples);
      } catch (CheckpointException | OnnxExportException e) {
        checks.add(
            new GateCheck(
                "champion",
                false,
                null,
                null,
                "the champion %s cannot be compared with (%s); distill promote moves the alias by hand"
                    .formatted(version, e.getMessage())));
      }
    }
    int[] teacherAnswers = Scores.teacherAnswers(examples, contract.classNames().size());
    checks.addAll(
        rules.decide(candidate, reference, teacherAnswers, holdOut.filling().required()).checks());
    return new Decision(checks);
  }

  private Scores score(byte[] model, HoldOut.Examples examples) {
    return Scores.of(
        OnnxLogits.of(model, contract, examples.features(), examples.count()), examples);
  }

  private byte[] championModel(String student, String version) {
    if (champion == null || !champion.version().equals(version)) {
      champion = new Champion(version, models.apply(new CheckpointId(student, version)));
    }
    return champion.model();
  }
}
