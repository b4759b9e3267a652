package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.ScoredSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Errors against T for students of several widths. */
final class MnistTemperature implements MnistExperiment {

  static final List<Integer> WIDTHS = List.of(30, 100, 300, 800);
  static final List<Double> TEMPERATURES =
      List.of(1.0, 2.0, 2.5, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0, 40.0);

  private static final List<Double> QUICK_TEMPERATURES = List.of(1.0, 4.0, 20.0);

  @Override
  public String name() {
    return "mnist-temperature";
  }

  @Override
  public String description() {
    return "Trains students of 30, 100, 300 and 800 units a layer at ten temperatures.";
  }

  @Override
  public int defaultSeeds() {
    return 3;
  }

  @Override
  public void run(Workbench bench) throws IOException, InterruptedException {
    boolean quick = bench.options().quick();
    ScoredSet plain = bench.plain();
    List<Job> jobs = new ArrayList<>();
    for (int width : quick ? List.of(30) : WIDTHS) {
      for (double temperature : quick ? QUICK_TEMPERATURES : TEMPERATURES) {
        jobs.addAll(
            bench.jobs(
                condition(width, temperature),
                plain,
                "plain",
                MnistRecipes.softByAdam(bench, temperature).withHidden(width, width)));
      }
    }
    bench.run(jobs);
  }

  static String condition(int width, double temperature) {
    return String.format(Locale.ROOT, "width_%d_T%s", width, number(temperature));
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
