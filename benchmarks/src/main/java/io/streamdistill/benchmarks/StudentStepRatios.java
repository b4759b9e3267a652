package io.streamdistill.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/**
 * The ratios of {@link StudentStepBenchmark} on a machine that others use too: CPU time instead of
 * wall-clock time, one BLAS thread, floor, lean step and fit in turn, medians over the rounds.
 */
public final class StudentStepRatios {

  private static final int ROUNDS = 15;
  private static final int RECORDS_PER_ROUND = 2560;

  private StudentStepRatios() {}

  /** Prints one line for each batch size and optimizer. */
  public static void main(String[] arguments) {
    for (int batch : new int[] {128, 512}) {
      for (String optimizer : new String[] {"sgd", "nesterov", "adam"}) {
        var benchmark = new StudentStepBenchmark();
        benchmark.batch = batch;
        benchmark.optimizer = optimizer;
        benchmark.blasThreads = 1;
        benchmark.setUp();
        double[] millis =
            measure(
                RECORDS_PER_ROUND / batch, benchmark::floor8gemms, benchmark::lean, benchmark::fit);
        System.out.printf(
            "batch %3d %-8s floor %6.2f ms   lean %6.2f ms = %.2f x   fit %6.2f ms = %.2f x%n",
            batch,
            optimizer,
            millis[0],
            millis[1],
            millis[1] / millis[0],
            millis[2],
            millis[2] / millis[0]);
      }
    }
  }

  /** Median CPU milliseconds of one run of each step. */
  private static double[] measure(int runs, Runnable... steps) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    double[][] millis = new double[steps.length][ROUNDS];
    for (int round = -3; round < ROUNDS; round++) { // the first three warm up
      for (int s = 0; s < steps.length; s++) {
        long start = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < runs; i++) {
          steps[s].run();
        }
        millis[s][Math.max(round, 0)] = (threads.getCurrentThreadCpuTime() - start) / 1e6 / runs;
      }
    }
    double[] medians = new double[steps.length];
    for (int s = 0; s < steps.length; s++) {
      Arrays.sort(millis[s]);
      medians[s] = millis[s][ROUNDS / 2];
    }
    return medians;
  }
}
