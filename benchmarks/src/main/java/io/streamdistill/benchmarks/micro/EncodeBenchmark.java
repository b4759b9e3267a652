package io.streamdistill.benchmarks.micro;

import io.streamdistill.records.avro.AvroRecords;
import io.streamdistill.records.target.TargetCodec;
import io.streamdistill.records.target.TargetEncoding;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the teacher does with a distribution: onto the wire, and the whole soft target. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EncodeBenchmark {

  private static final int COUNT = 256;

  @Param({"DENSE_F16_LOG_PROBABILITY", "DENSE_F32"})
  public TargetEncoding encoding = TargetEncoding.DENSE_F16_LOG_PROBABILITY;

  private final Examples examples = new Examples(COUNT);
  private final AvroRecords wire = new AvroRecords();
  private int next;

  @Benchmark
  public ByteBuffer distribution() {
    return TargetCodec.encode(encoding, examples.logProbabilities(next++ % COUNT));
  }

  @Benchmark
  public byte[] softTarget() {
    return wire.encode(examples.target(next++ % COUNT));
  }
}
