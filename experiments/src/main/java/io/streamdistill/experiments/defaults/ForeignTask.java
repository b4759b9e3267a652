package io.streamdistill.experiments.defaults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.streamdistill.config.ConfigException;
import io.streamdistill.experiments.defaults.Product.DataFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What experiments/reference/tasks.py made.
 *
 * @param name of its folder
 * @param title what it is, in a line
 * @param labels share of the examples with a label
 * @param trainRows examples of the transfer set
 * @param yaml its configuration
 * @param train the transfer set
 * @param test never seen by the student
 * @param testTeacher the class that the teacher gives to every row of {@code test}
 */
record ForeignTask(
    String name,
    String title,
    double labels,
    int trainRows,
    Path yaml,
    DataFile train,
    DataFile test,
    Path testTeacher) {

  private static final String INDEX = "tasks.json";

  /**
   * Reads all tasks.
   *
   * @param folder of the index; its paths are relative to the working directory, as those of any
   *     configuration
   */
  static List<ForeignTask> in(Path folder) throws IOException {
    Path index = folder.resolve(INDEX);
    if (!Files.exists(index)) {
      throw new ConfigException(
          index + " is missing; run this at the top of a checkout, or give --tasks-dir");
    }
    List<ForeignTask> tasks = new ArrayList<>();
    for (JsonNode entry : new ObjectMapper().readTree(index.toFile())) {
      String name = entry.path("name").asText();
      tasks.add(
          new ForeignTask(
              name,
              entry.path("title").asText(),
              entry.path("labels").asDouble(),
              entry.path("train_rows").asInt(),
              folder.resolve(name).resolve("task.yaml"),
              file(entry, "train"),
              file(entry, "test"),
              Path.of(entry.path("test_teacher").asText())));
    }
    return List.copyOf(tasks);
  }

  private static DataFile file(JsonNode entry, String key) {
    JsonNode labels = entry.path(key + "_labels");
    return new DataFile(
        Path.of(entry.path(key).asText()), labels.isTextual() ? Path.of(labels.asText()) : null);
  }
}
