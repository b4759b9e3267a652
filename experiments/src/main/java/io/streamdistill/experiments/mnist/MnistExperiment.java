package io.streamdistill.experiments.mnist;

import java.io.IOException;

/** A reproduction of one result of the paper. */
interface MnistExperiment {

  /** As on the command line. */
  String name();

  /** One sentence for the help. */
  String description();

  /** Seeds of every condition when nothing else is said. */
  int defaultSeeds();

  /** Makes the runs that are not among the results yet. */
  void run(Workbench bench) throws IOException, InterruptedException;
}
