package io.streamdistill.benchmarks.pipeline;

import io.streamdistill.benchmarks.step.StepData;
import io.streamdistill.benchmarks.step.StepOptimizer;
import io.streamdistill.benchmarks.step.StepShape;
import io.streamdistill.benchmarks.step.StepSubject;
import io.streamdistill.benchmarks.step.StepSubjects;
import io.streamdistill.engine.RowBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Training from memory: the student's step, fed with batches that are decoded already. */
final class MemoryFed implements AutoCloseable {

  private static final int BATCHES = 24; // more than the caches hold

  private final StepSubject step;
  private final List<RowBatch> batches = new ArrayList<>();
  private int next;

  MemoryFed(Mnist mnist, StepShape shape, StepOptimizer optimizer) {
    step = StepSubjects.student(shape, optimizer);
    StepData random = StepData.of(shape);
    for (int b = 0; b < BATCHES; b++) {
      float[] features = new float[random.features().length]; // (batch, features)
      for (int row = 0; row < shape.batch(); row++) {
        byte[] image = mnist.image(b * shape.batch() + row);
        for (int i = 0; i < image.length; i++) {
          features[row * image.length + i] = (image[i] & 0xff) * Mnist.PIXELS.scale();
        }
      }
      RowBatch batch = step.student().newBatch();
      random.with(features).copyTo(batch);
      batches.add(batch);
    }
  }

  /** Trains for a while; records per second. */
  double rate(Duration duration) {
    long start = System.nanoTime();
    long steps = 0;
    long elapsed;
    do {
      step.train(batches.get(next++ % BATCHES));
      steps++;
      elapsed = System.nanoTime() - start;
    } while (elapsed < duration.toNanos());
    return steps * step.batch().capacity() * 1e9 / elapsed;
  }

  @Override
  public void close() {
    step.close();
  }
}
