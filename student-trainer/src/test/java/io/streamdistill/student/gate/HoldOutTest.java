package io.streamdistill.student.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.records.Answer;
import io.streamdistill.records.Example;
import io.streamdistill.records.FeatureType;
import io.streamdistill.records.Target;
import io.streamdistill.records.target.Softmax;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import io.streamdistill.student.source.DecodedTarget;
import io.streamdistill.student.source.PassedOver;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class HoldOutTest {

  private static HoldOut holdOut(double share, int capacity) {
    return new HoldOut(new GateConfig(share, capacity, 1, GateConfig.Metric.AUTO, 0, 0), 2);
  }

  private static Target target(String id, @Nullable Integer label) {
    double[] logits = {3, 1, -4};
    Softmax.logSoftmax(logits, 20);
    return new Target(
        new Example(
            id,
            ByteBuffer.wrap(new byte[] {1, (byte) id.length()}),
            FeatureType.U8,
            label,
            1,
            Instant.EPOCH),
        new Answer(
            TargetCodec.encode(TargetEncoding.DENSE_F32, logits),
            TargetEncoding.DENSE_F32,
            20,
            "t",
            "h"),
        Instant.EPOCH);
  }

  private static @Nullable PassedOver offer(HoldOut holdOut, Target target) {
    double[] logProbabilities = new double[3];
    assertThat(target.answer().decode(logProbabilities)).isTrue();
    return holdOut.passesOver(
        new DecodedTarget(
            new ConsumerRecord<>("t", 0, 0, null, null), target, logProbabilities, true));
  }

  @Test
  void takesItsShareAndAlwaysTheSame() {
    HoldOut holdOut = holdOut(0.1, 10);
    List<String> ids = IntStream.range(0, 20_000).mapToObj(i -> "order-" + i).toList();

    List<String> held = ids.stream().filter(holdOut::holds).toList();

    assertThat(held).hasSizeBetween(1_800, 2_200);
    assertThat(ids.stream().filter(holdOut(0.1, 99)::holds).toList()).isEqualTo(held);
    assertThat(ids.stream().filter(holdOut(0.05, 10)::holds)).allMatch(held::contains);
  }

  @Test
  void aShareOfNothingTakesNothing() {
    HoldOut holdOut = holdOut(0, 10);

    assertThat(IntStream.range(0, 1000).mapToObj(i -> target("e" + i, 1)))
        .allMatch(target -> offer(holdOut, target) == null);
    assertThat(holdOut.examples().count()).isZero();
  }

  @Test
  void keepsTheNewestEachOnce() {
    HoldOut holdOut = holdOut(0.5, 3);
    List<String> held =
        IntStream.range(0, 40).mapToObj(i -> "e" + i).filter(holdOut::holds).limit(5).toList();
    held.forEach(id -> offer(holdOut, target(id, null)));
    offer(holdOut, target(held.get(3), 2)); // again, with a label by now

    HoldOut.Examples examples = holdOut.examples();

    assertThat(examples.count()).isEqualTo(3);
    assertThat(examples.labels()).containsExactly(HoldOut.UNLABELLED, HoldOut.UNLABELLED, 2);
    assertThat(examples.features().remaining()).isEqualTo(6);
  }

  @Test
  void givesTheTeacherAtTemperatureOne() {
    HoldOut holdOut = holdOut(0.5, 3);
    String id =
        IntStream.range(0, 40)
            .mapToObj(i -> "e" + i)
            .filter(holdOut::holds)
            .findFirst()
            .orElseThrow();
    offer(holdOut, target(id, 0));

    double[] teacher = holdOut.examples().teacher()[0];

    assertThat(teacher[0] - teacher[1]).isCloseTo(2, org.assertj.core.api.Assertions.within(1e-4));
    assertThat(Math.exp(teacher[0]) + Math.exp(teacher[1]) + Math.exp(teacher[2]))
        .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-6));
  }
}
