package io.streamdistill.benchmarks.micro;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.StudentEngines;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.TrainingSetup;
import io.streamdistill.engine.objective.DistillationConfig;
import io.streamdistill.records.ClassMap;
import io.streamdistill.records.FeatureContract;
import io.streamdistill.records.Target;
import io.streamdistill.records.Task;
import io.streamdistill.records.Verdict;
import io.streamdistill.records.Verdict.Accepted;
import io.streamdistill.records.avro.TargetReader;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A soft target of an MNIST image, off the log, into a row of a batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecodeBenchmark {

  private static final int BATCH = 512;

  private ConsumerRecord<byte[], byte[]>[] records; // (batch)
  private TargetReader reader;
  private RowBatch batch;
  private int next;

  @SuppressWarnings("NullAway.Init") // JMH calls setUp first
  public DecodeBenchmark() {}

  @Setup
  @SuppressWarnings({"unchecked", "rawtypes"}) // arrays of generic types
  public void setUp() {
    Examples examples = new Examples(BATCH);
    records = new ConsumerRecord[BATCH];
    for (int i = 0; i < BATCH; i++) {
      records[i] = new ConsumerRecord<>("soft-targets", 0, i, new byte[0], examples.encoded(i));
    }
    reader = new TargetReader(new Task(FeatureContract.u8(784), ClassMap.ofCount(10)), 1_000);
    StudentSpec student =
        new StudentSpec(784, 10, new StudentSpec.Dense(List.of(8)), OptimizerConfig.sgd(), 1);
    batch =
        StudentEngines.find()
            .choose(StudentEngines.AUTO, student)
            .plan(student)
            .build(
                new TrainingSetup(
                    FeatureContract.u8(784), null, new DistillationConfig(4, 0.1), BATCH, 1))
            .newBatch();
  }

  @Benchmark
  public Verdict<Target> decodeIntoBatch() {
    int row = next++ % BATCH;
    Verdict<Target> verdict = reader.read(records[row].value());
    if (verdict instanceof Accepted<Target> accepted) {
      batch.put(row, accepted.value(), reader.logProbabilities());
    }
    return verdict;
  }
}
