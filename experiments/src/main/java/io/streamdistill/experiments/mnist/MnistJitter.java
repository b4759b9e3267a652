package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.ScoredSet;
import java.io.IOException;
import java.util.stream.IntStream;

/** A transfer set larger than the training set: every image many times, each time shifted anew. */
final class MnistJitter implements MnistExperiment {

  private static final int COPIES = 20;
  private static final int QUICK_COPIES = 4;
  private static final int PIXELS = 2;
  private static final int PASSES = 3;
  private static final double TEMPERATURE = 20;

  @Override
  public String name() {
    return "mnist-jitter";
  }

  @Override
  public String description() {
    return "The teacher labels copies of the images that are shifted by up to 2 pixels.";
  }

  @Override
  public int defaultSeeds() {
    return 5;
  }

  @Override
  public void run(Workbench bench) throws IOException, InterruptedException {
    int copies = bench.options().quick() ? QUICK_COPIES : COPIES;
    String name = "jitter" + PIXELS + "x" + copies;
    MnistTransferSet examples =
        new MnistTransferSet(
            bench.train(), IntStream.range(0, bench.trainCount()).toArray(), copies, PIXELS, 1);
    ScoredSet log = bench.score(name, examples);
    bench.run(
        bench.jobs(
            "jitter_soft_T20",
            log,
            name,
            MnistRecipes.soft(bench, TEMPERATURE).withPasses(PASSES)));
  }
}
