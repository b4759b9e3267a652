package io.streamdistill.experiments.defaults;

import io.streamdistill.experiments.lab.Results.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All tasks of a file of results. */
public final class Cells {

  private Cells() {}

  /** By task, in the order of the runs. */
  public static Map<String, Cell> of(List<Run> runs) {
    Map<String, List<Run>> byTask = new LinkedHashMap<>();
    runs.forEach(run -> byTask.computeIfAbsent(run.condition(), t -> new ArrayList<>()).add(run));
    Map<String, Cell> cells = new LinkedHashMap<>();
    byTask.forEach((task, all) -> cells.put(task, Cell.of(all)));
    return cells;
  }
}
