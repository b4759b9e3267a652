package io.streamdistill.student.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.OnnxExport;
import io.streamdistill.engine.export.Quantization.Variant;
import io.streamdistill.records.Answer;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.Softmax;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import io.streamdistill.student.source.DecodedTarget;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

final class QuantizationLossTest {

  private static final int FEATURES = 4;
  private static final GateConfig CONFIG =
      new GateConfig(0.5, 500, 100, GateConfig.Metric.AUTO, 0, 0);
  private static final ExportContract CONTRACT =
      new ExportContract("s", "u8", List.of(4L), 1, 0, List.of("a", "b", "c"), Map.of());

  private final HoldOut holdOut = new HoldOut(CONFIG, FEATURES);

  /** Holds out about half of so many examples, every second with label 0. */
  private void offer(int count) {
    double[] logits = {3, 1, -4};
    Softmax.logSoftmax(logits, 1);
    IntStream.range(0, count)
        .forEach(
            i ->
                holdOut.passesOver(
                    new DecodedTarget(
                        new ConsumerRecord<>("t", 0, 0, null, null),
                        new Target(
                            new Example(
                                "e" + i,
                                ByteBuffer.wrap(new byte[] {(byte) i, 1, 2, (byte) (3 * i)}),
                                FeatureType.U8,
                                i % 2 == 0 ? 0 : null,
                                1,
                                Instant.EPOCH),
                            new Answer(
                                TargetCodec.encode(TargetEncoding.DENSE_F32, logits),
                                TargetEncoding.DENSE_F32,
                                1,
                                "t",
                                "h"),
                            Instant.EPOCH),
                        logits.clone(),
                        true)));
  }

  /** One layer, whose logits are the first three features times {@code weight}. */
  private static byte[] model(float weight) {
    return OnnxExport.write(
        (graph, x, logits) -> {
          float[] w = {weight, 0, 0, 0, weight, 0, 0, 0, weight, 0, 0, 0}; // (FEATURES, 3)
          graph.node("MatMul", logits, List.of(x, graph.f32("w", w, FEATURES, 3)));
          return 3;
        },
        CONTRACT,
        null);
  }

  @Test
  void saysWhatTheSmallModelCosts() {
    offer(600);

    Variant small = new QuantizationLoss(holdOut).of(model(0.01f), CONTRACT).orElseThrow();

    assertThat(small.metrics().get("int8_examples")).isEqualTo(holdOut.examples().count());
    assertThat(small.metrics().get("int8_agreement")).isBetween(0.95, 1.0);
    assertThat(small.metrics().get("int8_divergence")).isBetween(0.0, 0.01);
    assertThat(small.metrics().get("int8_accuracy_loss")).isBetween(-0.05, 0.05);
  }

  @Test
  void waitsForEnoughExamples() {
    offer(60);

    assertThat(new QuantizationLoss(holdOut).of(model(0.01f), CONTRACT)).isEmpty();
  }

  /** A manifest cannot hold what is no number, and nobody wants such a model. */
  @Test
  void makesNoneWhoseCostsAreNoNumbers() {
    offer(600);

    assertThat(new QuantizationLoss(holdOut).of(model(3e38f), CONTRACT)).isEmpty();
  }
}
