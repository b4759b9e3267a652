package io.streamdistill.experiments.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The results of experiments, by the name of the experiment. */
final class ResultFiles {

  /** Mean, standard deviation (NaN for a single run) and number of runs of a condition. */
  record Figure(double mean, double sd, int n) {}

  private final Map<String, JsonNode> files = new LinkedHashMap<>();

  /** Reads every {@code mnist-*.json} of a folder. */
  static ResultFiles read(Path folder) throws IOException {
    ResultFiles results = new ResultFiles();
    ObjectMapper json = new ObjectMapper();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith("mnist-") && name.endsWith(".json")) {
          results.files.put(
              name.substring(0, name.length() - ".json".length()),
              json.readTree(Files.readAllBytes(file)));
        }
      }
    }
    return results;
  }

  /** Names of the experiments that have results. */
  List<String> names() {
    return List.copyOf(files.keySet());
  }

  JsonNode file(String experiment) {
    return files.getOrDefault(experiment, new ObjectMapper().createObjectNode());
  }

  /** The runs of a condition. */
  List<JsonNode> runs(String experiment, String condition) {
    return StreamSupport.stream(file(experiment).path("runs").spliterator(), false)
        .filter(run -> run.path("condition").asText().equals(condition))
        .toList();
  }

  /** A condition's figure, null when there is none. */
  @org.jspecify.annotations.Nullable
  Figure figure(String experiment, String condition) {
    JsonNode summary = file(experiment).path("summary").path(condition);
    return summary.path("mean").isNumber()
        ? new Figure(
            summary.path("mean").asDouble(),
            summary.path("sd").asDouble(Double.NaN),
            summary.path("n").asInt())
        : null;
  }

  /** A condition's mean. */
  OptionalDouble mean(String experiment, String condition) {
    Figure figure = figure(experiment, condition);
    return figure == null ? OptionalDouble.empty() : OptionalDouble.of(figure.mean());
  }
}
