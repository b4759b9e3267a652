package io.streamdistill.engine.cuda;

import io.streamdistill.engine.PendingLoss;
import io.streamdistill.engine.cuda.device.Arena;
import io.streamdistill.engine.cuda.device.Device;
import io.streamdistill.engine.cuda.device.DeviceMemory;
import io.streamdistill.engine.cuda.device.HostMemory;
import io.streamdistill.engine.cuda.device.Mark;
import io.streamdistill.engine.cuda.device.Recording;
import io.streamdistill.engine.objective.BatchLoss;
import org.jspecify.annotations.Nullable;

/**
 * What a step on one batch gets and gives beside its rows, page-locked, and the step on all of its
 * rows as a recording. Of two steps on one batch, the second waits for the first one's loss.
 */
final class StepSlot {

  private final Device device;
  private final HostMemory rate; // (1) doubles
  private final DeviceMemory deviceRate;
  private final HostMemory results; // (Results.COUNT) doubles
  private final Mark done;
  private @Nullable Recording whole;
  private boolean warm; // a step on all rows has been taken
  private @Nullable Loss latest;
  private boolean closed;

  StepSlot(Arena arena) {
    device = arena.device();
    rate = device.allocateHost(Double.BYTES);
    deviceRate = arena.allocate(Double.BYTES);
    results = device.allocateHost(Results.COUNT * Double.BYTES);
    done = device.mark();
  }

  /** Queues a step. */
  Loss train(DeviceStep step, StepMemory memory, DeviceRows rows, int count, float learningRate) {
    settle();
    rate.buffer().putDouble(0, learningRate);
    rows.upload(count);
    if (count < rows.capacity() || !warm) {
      queue(step, memory, rows, count);
      warm |= count == rows.capacity();
    } else {
      if (whole == null) {
        whole = device.record(() -> queue(step, memory, rows, count));
      }
      whole.replay();
    }
    return marked(count);
  }

  private void queue(DeviceStep step, StepMemory memory, DeviceRows rows, int count) {
    device.upload(deviceRate, rate, rate.bytes());
    step.train(rows, count, deviceRate);
    device.download(results, memory.result, results.bytes());
  }

  /** The loss of rows. */
  BatchLoss evaluate(DeviceStep step, StepMemory memory, DeviceRows rows, int count) {
    settle();
    rows.upload(count);
    step.evaluate(rows, count);
    device.download(results, memory.result, results.bytes());
    return marked(count).await();
  }

  private Loss marked(int rows) {
    done.set();
    latest = new Loss(rows);
    return latest;
  }

  /** Waits for the latest loss; there will be no other one. */
  void close() {
    try {
      settle();
    } finally {
      closed = true;
    }
  }

  /** Waits for the step before. */
  private void settle() {
    if (latest != null) {
      latest.settle();
    }
  }

  /** The loss of the latest step, until there is another one. */
  final class Loss implements PendingLoss {
    private final int rows;
    private @Nullable BatchLoss known;
    private int steps;

    Loss(int rows) {
      this.rows = rows;
    }

    @Override
    public boolean isKnown() {
      return known != null || (!closed && done.isReached());
    }

    @Override
    public BatchLoss await() {
      return settle();
    }

    private BatchLoss settle() {
      if (known == null) {
        if (closed) {
          throw new IllegalStateException("the student was closed before this loss was known");
        }
        done.await();
        steps = Results.steps(results.buffer().asDoubleBuffer());
        known = Results.loss(results.buffer().asDoubleBuffer(), rows);
      }
      return known;
    }

    /** Steps that the optimizer has taken after this one; waits for it. */
    int steps() {
      settle();
      return steps;
    }
  }
}
