package io.streamdistill.benchmarks.section;

/** A part of the benchmark, which stands for itself: it starts and stops whatever it needs. */
public interface Section {

  /** What {@code --only} takes, and the name of its raw figures. */
  String name();

  /** Whether it runs only when {@code --only} names it, since it takes long. */
  default boolean onRequest() {
    return false;
  }

  /**
   * Measures, and writes what it finds into the run's report as it goes.
   *
   * @throws NotMeasured when it cannot run here, which is no failure
   */
  void run(Run run) throws Exception;
}
