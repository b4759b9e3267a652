package io.streamdistill.engine.cuda;

import io.streamdistill.engine.OptimizerConfig;
import io.streamdistill.engine.RowBatch;
import io.streamdistill.engine.StudentSpec;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.engine.cuda.driver.CudaOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How long steps of students 784-800-800-10 take on a GPU, on bytes, with Nesterov's momentum.
 *
 * @param students that take their steps in turn, each on a stream of its own
 * @param windows of as many steps of every student, of which the median counts
 * @param steps in a window
 */
record StepTimes(CudaOptions options, int batch, int students, int windows, int steps) {

  /** Batches of each student: as many steps are queued at most. */
  private static final int AHEAD = 3;

  private static final StudentSpec SPEC =
      new StudentSpec(
          784,
          ByteRows.CLASSES,
          new StudentSpec.Dense(List.of(800, 800)),
          OptimizerConfig.nesterov(),
          1);

  /** A student and its batches. */
  private record Lane(TrainableStudent student, List<RowBatch> batches) {

    void step(int n, boolean upload) {
      RowBatch batch = batches.get(n % batches.size());
      if (upload) {
        batch.copy(0, batch, 0); // a row that was written sends the batch
      }
      var unused = student.train(batch, batch.capacity(), 0.001);
    }
  }

  /** Measures; a line of JSON. */
  String measure(String label) {
    List<Lane> lanes = new ArrayList<>();
    try {
      for (int i = 0; i < students; i++) {
        lanes.add(lane());
      }
      double resident = median(lanes, false);
      double uploaded = median(lanes, true);
      return String.format(
          Locale.ROOT,
          "{\"products\": \"%s\", \"batch\": %d, \"students\": %d, \"resident-us\": %.1f,"
              + " \"uploaded-us\": %.1f, \"resident-million-records-per-s\": %.2f}",
          label,
          batch,
          students,
          resident,
          uploaded,
          (double) batch * students / resident);
    } finally {
      lanes.forEach(lane -> lane.student().close());
    }
  }

  private Lane lane() {
    ByteRows rows = ByteRows.ofMnist();
    TrainableStudent student = DensePlan.of(SPEC, options).build(rows.setup(batch));
    List<RowBatch> batches = new ArrayList<>();
    for (int i = 0; i < AHEAD; i++) {
      batches.add(rows.fill(student.newBatch(), i));
    }
    return new Lane(student, batches);
  }

  /** Microseconds of one step of every student. */
  private double median(List<Lane> lanes, boolean upload) {
    double[] times = new double[windows];
    run(lanes, 4 * AHEAD, upload);
    for (int window = 0; window < windows; window++) {
      long from = System.nanoTime();
      run(lanes, steps, upload);
      times[window] = (System.nanoTime() - from) / 1e3 / steps;
    }
    Arrays.sort(times);
    return times[windows / 2];
  }

  private static void run(List<Lane> lanes, int steps, boolean upload) {
    for (int n = 0; n < steps; n++) {
      for (Lane lane : lanes) {
        lane.step(n, upload);
      }
    }
    lanes.forEach(lane -> lane.student().steps()); // waits
  }
}
