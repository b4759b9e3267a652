package io.streamdistill.experiments.defaults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The same net trained offline, by experiments/reference/reference.py.
 *
 * @param agreement with the teacher on the test rows, mean over seeds
 * @param spread standard deviation over seeds
 * @param testRows how many there are
 */
record Reference(double agreement, double spread, int testRows) {

  private static final int FEW_ROWS = 200;
  private static final double TOLERANCE = 0.01;
  private static final double TOLERANCE_OF_FEW_ROWS = 0.02;

  /** Reads all of them, by task. */
  static Map<String, Reference> in(Path file) throws IOException {
    Map<String, Reference> found = new HashMap<>();
    for (JsonNode task : new ObjectMapper().readTree(file.toFile()).path("tasks")) {
      found.put(
          task.path("task").asText(),
          new Reference(
              task.path("agreement").asDouble(),
              task.path("sd").asDouble(),
              task.path("test_rows").asInt()));
    }
    return Map.copyOf(found);
  }

  /** How much less a student may agree: 1 point, and 2 where there are fewer than 200 rows. */
  double tolerance() {
    return testRows < FEW_ROWS ? TOLERANCE_OF_FEW_ROWS : TOLERANCE;
  }
}
