package io.streamdistill.experiments.lab;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The runs of an experiment, in the file of their results from the moment each is over, so that a
 * run that is there need not be made again. Thread-safe.
 */
public final class Results {

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /** Figure that names the condition under which the same student is there already. */
  public static final String SAME_STUDENT = "same_student_as";

  private static final List<String> OWN_KEYS =
      List.of("figure", "seconds_of_all_runs", "runs", "summary", "derived");

  /**
   * One student, or one measure taken of it.
   *
   * @param condition as in the summary
   * @param seed of the student
   * @param settings what it was trained with
   * @param figures what was found; {@code test_errors} or another one is the figure of the summary
   * @param seconds that it took
   */
  public record Run(
      String condition,
      long seed,
      JsonNode settings,
      Map<String, Object> figures,
      double seconds) {}

  private final Path file;
  private final ObjectNode head;
  private final String figure;
  private final List<Run> runs = new ArrayList<>();
  private Function<List<Run>, Object> derived = all -> Map.of();

  private Results(Path file, ObjectNode head, String figure) {
    this.file = file;
    this.head = head;
    this.figure = figure;
  }

  /**
   * Opens the file, with the runs that it has.
   *
   * @param head what is said of all runs: name, command, machine, versions
   * @param figure that the summary is made of
   */
  public static Results open(Path file, Map<String, Object> head, String figure)
      throws IOException {
    Results results = new Results(file, JSON.valueToTree(head), figure);
    if (Files.exists(file)) {
      for (JsonNode run : JSON.readTree(Files.readAllBytes(file)).path("runs")) {
        results.runs.add(run(run));
      }
    }
    return results;
  }

  /** Adds to the file what can be said of all runs together, under {@code derived}. */
  public Results deriving(Function<List<Run>, Object> fromRuns) {
    this.derived = fromRuns;
    return this;
  }

  /**
   * Reads a file of results, to be looked at.
   *
   * @throws IOException when it cannot be read, or holds no results
   */
  public static Results read(Path file) throws IOException {
    JsonNode json = JSON.readTree(Files.readAllBytes(file));
    if (!json.path("runs").isArray() || !json.path("figure").isTextual()) {
      throw new IOException(file + " holds no results: it must have 'runs' and 'figure'");
    }
    ObjectNode head = (ObjectNode) json.deepCopy();
    head.remove(OWN_KEYS);
    Results results = new Results(file, head, json.path("figure").asText());
    json.path("runs").forEach(run -> results.runs.add(run(run)));
    return results;
  }

  private static Run run(JsonNode node) {
    Map<String, Object> figures = JSON.convertValue(node, new TypeReference<>() {});
    for (String key : List.of("condition", "seed", "settings", "seconds")) {
      figures.remove(key);
    }
    return new Run(
        node.path("condition").asText(),
        node.path("seed").asLong(),
        node.path("settings"),
        figures,
        node.path("seconds").asDouble());
  }

  /** Settings as they are kept. */
  public static JsonNode settings(Object settings) {
    return JSON.valueToTree(settings);
  }

  /** Whether a run of that condition, seed and settings is there. */
  public synchronized boolean has(String condition, long seed, JsonNode settings) {
    return runs.stream()
        .anyMatch(
            run ->
                run.condition().equals(condition)
                    && run.seed() == seed
                    && run.settings().toString().equals(settings.toString()));
  }

  /** All runs. */
  public synchronized List<Run> runs() {
    return List.copyOf(runs);
  }

  /** Adds a run, in place of an earlier one of its condition and seed, and writes the file. */
  public synchronized void add(Run run) throws IOException {
    runs.removeIf(old -> old.condition().equals(run.condition()) && old.seed() == run.seed());
    runs.add(run);
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Path written = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(written, json() + "\n");
    Files.move(written, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  /** Mean, standard deviation and number of the runs of each condition. */
  public synchronized Map<String, Summary> summary() {
    Map<String, List<Double>> values = new LinkedHashMap<>();
    for (Run run : runs) {
      if (run.figures().get(figure) instanceof Number value) {
        values.computeIfAbsent(run.condition(), c -> new ArrayList<>()).add(value.doubleValue());
      }
    }
    Map<String, Summary> summary = new LinkedHashMap<>();
    values.forEach((condition, all) -> summary.put(condition, Summary.of(all)));
    return summary;
  }

  /** That all runs took together, one after the other; every student counts once. */
  public synchronized double seconds() {
    return runs.stream()
        .filter(run -> !run.figures().containsKey(SAME_STUDENT))
        .mapToDouble(Run::seconds)
        .sum();
  }

  /** What is said of all runs under a key of the head, or empty. */
  public String head(String key) {
    return head.path(key).asText("");
  }

  private String json() throws IOException {
    ObjectNode root = head.deepCopy();
    root.put("figure", figure);
    root.put("seconds_of_all_runs", Math.round(seconds()));
    ArrayNode all = root.putArray("runs");
    for (Run run : runs) {
      ObjectNode node = all.addObject().put("condition", run.condition()).put("seed", run.seed());
      node.setAll((ObjectNode) JSON.valueToTree(run.figures()));
      node.put("seconds", Math.round(run.seconds() * 10) / 10.0);
      node.set("settings", run.settings());
    }
    root.set("summary", JSON.valueToTree(summary()));
    JsonNode more = JSON.valueToTree(derived.apply(runs()));
    if (!more.isEmpty()) {
      root.set("derived", more);
    }
    return JSON.writeValueAsString(root);
  }
}
