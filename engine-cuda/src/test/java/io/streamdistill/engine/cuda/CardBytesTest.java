package io.streamdistill.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.StudentSnapshot;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.cuda.device.Device;
import io.streamdistill.engine.cuda.driver.CudaDevice;
import io.streamdistill.engine.export.ExportContract;
import io.streamdistill.engine.export.ModelFeatures;
import io.streamdistill.engine.objective.BatchLoss;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A student of usual size on bytes, on a GPU and on the CPU. */
final class CardBytesTest {

  private static final int BATCH = 64;

  @BeforeAll
  static void requireCard() {
    Cards.require();
  }

  @Test
  void studentOfUsualSizeLearnsTheSame() {
    float[][] card = trained(() -> CudaDevice.open(Cards.DEFAULT));
    float[][] host = trained(HostLibrary::device);

    for (int i = 0; i < card.length; i++) {
      double error = relativeError(card[i], host[i]);
      System.out.printf("    784-200-100-10, array %d: relative error %.3g%n", i, error);
      assertThat(error).isLessThan(1e-4);
    }
  }

  /** Weights by layer, the optimizer's state, and the losses of the steps. */
  private static float[][] trained(Supplier<? extends Device> devices) {
    StudentSpec spec =
        new StudentSpec(
            784,
            ByteRows.CLASSES,
            new StudentSpec.Dense(List.of(200, 100)),
            OptimizerConfig.nesterov(),
            1);
    ByteRows rows = ByteRows.ofMnist();
    float[] losses = new float[6];
    try (TrainableStudent student = DensePlan.of(spec, devices).build(rows.setup(BATCH))) {
      RowBatch batch = student.newBatch();
      for (int i = 0; i < losses.length; i++) {
        rows.fill(batch, i);
        BatchLoss loss = student.train(batch, i == 3 ? 33 : BATCH, 0.01).await();
        losses[i] = (float) loss.total();
      }
      var snapshot = student.snapshot(asked());
      return new float[][] {
        values(snapshot, "0_W"),
        values(snapshot, "1_b"),
        values(snapshot, "2_W"),
        snapshot.optimizerState(),
        snapshot.answers().logits(),
        losses
      };
    }
  }

  private static float[] values(StudentSnapshot snapshot, String name) {
    return Objects.requireNonNull(snapshot.weights().get(name), name).values();
  }

  private static ModelFeatures asked() {
    List<String> classes =
        IntStream.range(0, ByteRows.CLASSES).mapToObj(Integer::toString).toList();
    var contract = new ExportContract("s", "u8", List.of(784L), 1 / 255f, 0, classes, Map.of());
    return ModelFeatures.random(contract, 100, new SplittableRandom(1));
  }

  private static double relativeError(float[] found, float[] expected) {
    double apart = 0;
    double all = 0;
    for (int i = 0; i < expected.length; i++) {
      apart += Math.pow((double) found[i] - expected[i], 2);
      all += Math.pow(expected[i], 2);
    }
    return Math.sqrt(apart / all);
  }
}
