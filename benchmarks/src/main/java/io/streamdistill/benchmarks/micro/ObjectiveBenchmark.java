package io.streamdistill.benchmarks.micro;

import io.streamdistill.engine.objective.BatchLoss;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.engine.objective.FloatMatrix;
import io.streamdistill.engine.objective.Objective;
import io.streamdistill.engine.objective.TargetBatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The objective and its gradient over a batch of 10 classes, in the order of BLAS. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ObjectiveBenchmark {

  @Param({"128", "512"})
  public int batch;

  private Objective objective;
  private TargetBatch targets;
  private FloatMatrix logits; // (batch, classes)
  private FloatMatrix gradient; // (batch, classes)

  @SuppressWarnings("NullAway.Init") // JMH calls setUp first
  public ObjectiveBenchmark() {}

  @Setup
  public void setUp() {
    SplittableRandom random = new SplittableRandom(1);
    objective = new DistillationConfig(4, 0.1).objective(Examples.CLASSES);
    targets = new TargetBatch(batch, Examples.CLASSES);
    logits = matrix();
    gradient = matrix();
    Examples examples = new Examples(batch);
    float[] distribution = new float[Examples.CLASSES];
    for (int row = 0; row < batch; row++) {
      for (int k = 0; k < Examples.CLASSES; k++) {
        distribution[k] = (float) Math.exp(examples.logProbabilities(row)[k]);
        logits.floats().put(k * batch + row, (float) random.nextDouble(-5, 5));
      }
      int label = row % 2 == 0 ? row % Examples.CLASSES : TargetBatch.UNLABELLED;
      targets.set(row, distribution, label, 1f);
    }
  }

  private FloatMatrix matrix() {
    FloatBuffer floats =
        ByteBuffer.allocateDirect(batch * Examples.CLASSES * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    return FloatMatrix.columnMajor(floats, batch);
  }

  @Benchmark
  public BatchLoss valueAndGradient() {
    return objective.valueAndGradient(logits, targets, batch, gradient, 1);
  }
}
