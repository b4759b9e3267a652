package io.streamdistill.benchmarks.micro;

import io.streamdistill.benchmarks.step.StepFloor;
import io.streamdistill.benchmarks.step.StepOptimizer;
import io.streamdistill.benchmarks.step.StepShape;
import io.streamdistill.benchmarks.step.StepSubject;
import io.streamdistill.benchmarks.step.StepSubjects;
import io.streamdistill.engine.objective.BatchLoss;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One training step of the paper's student, 784-800-800-10: {@code floor}, the matrix products that
 * it cannot do without; {@code lean}, ours; {@code fit}, DL4J's. Take ratios from {@code distill
 * bench}, which measures these in turn.
 *
 * <p>Needs {@code OMP_NUM_THREADS=1}; {@code -p blasThreads=n} sets the BLAS threads.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StudentStepBenchmark {

  @Param({"128", "512"})
  public int batch;

  @Param({"SGD", "NESTEROV", "ADAM"})
  public StepOptimizer optimizer = StepOptimizer.SGD;

  @Param("1")
  public int blasThreads;

  private StepSubject step;
  private Runnable fit;
  private StepFloor floor;

  @SuppressWarnings("NullAway.Init") // JMH calls setUp first
  public StudentStepBenchmark() {}

  @Setup(Level.Trial)
  public void setUp() {
    StepSubjects.prepare(blasThreads);
    StepShape shape = new StepShape(784, List.of(800, 800), 10, batch);
    step = StepSubjects.student(shape, optimizer);
    fit = StepSubjects.fit(shape, optimizer);
    floor = new StepFloor(shape);
  }

  @Benchmark
  public BatchLoss lean() {
    return step.train();
  }

  @Benchmark
  public void fit() {
    fit.run();
  }

  @Benchmark
  public void floor() {
    floor.run();
  }
}
