package io.streamdistill.experiments.mnist;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a run measured, in the shape of {@code docs/results}. */
record TeacherReport(
    String command,
    String machine,
    Map<String, String> versions,
    List<Run> runs,
    Map<String, Summary> summary) {

  /**
   * @param testErrors of 10,000; null in a validation run
   * @param validationErrors of the 10,000 training images held out; null in a run on all 60,000
   * @param seconds training time
   */
  record Run(
      long seed,
      TeacherSettings settings,
      @Nullable Integer testErrors,
      @Nullable Integer validationErrors,
      double seconds) {}

  /**
   * @param sd standard deviation over runs; null for a single run
   * @param n runs
   */
  record Summary(double mean, @Nullable Double sd, int n) {}

  static TeacherReport of(String command, Environment environment, Run run) {
    Integer errors = run.testErrors() == null ? run.validationErrors() : run.testErrors();
    String what = run.testErrors() == null ? "teacher_validation" : "teacher";
    Map<String, Summary> summary =
        errors == null ? Map.of() : Map.of(what, new Summary(errors, null, 1));
    return new TeacherReport(
        command, environment.machine(), environment.versions(), List.of(run), summary);
  }

  void write(Path file) throws IOException {
    ObjectMapper mapper =
        JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();
    Files.writeString(file, mapper.writeValueAsString(this) + "\n");
  }
}
