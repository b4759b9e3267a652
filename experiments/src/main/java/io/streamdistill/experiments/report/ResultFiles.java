package io.streamdistill.experiments.report;

import io.streamdistill.experiments.lab.Results;
import io.streamdistill.experiments.lab.Results.Run;
import io.streamdistill.experiments.lab.Summary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The results in a folder, by the names of their experiments. Those that are missing are empty. */
final class ResultFiles {

  private final Map<String, Results> byExperiment;

  private ResultFiles(Map<String, Results> byExperiment) {
    this.byExperiment = byExperiment;
  }

  /**
   * Reads every {@code NAME.json} of the experiments named.
   *
   * @throws IOException when a file cannot be read, or none is there
   */
  static ResultFiles in(Path folder, List<String> experiments) throws IOException {
    Map<String, Results> found = new HashMap<>();
    for (String experiment : experiments) {
      Path file = folder.resolve(experiment + ".json");
      if (Files.exists(file)) {
        found.put(experiment, Results.read(file));
      }
    }
    if (found.isEmpty()) {
      throw new IOException(
          "%s has no results of an experiment; run one with --json %s"
              .formatted(folder, folder.resolve("NAME.json")));
    }
    return new ResultFiles(found);
  }

  Optional<Results> of(String experiment) {
    return Optional.ofNullable(byExperiment.get(experiment));
  }

  /** Mean, spread and number of the runs of a condition. */
  Optional<Summary> summary(String experiment, String condition) {
    return of(experiment).map(results -> results.summary().get(condition));
  }

  /** The same of another figure of those runs. */
  Optional<Summary> summary(String experiment, String condition, Function<Run, Object> figure) {
    List<Double> values =
        runs(experiment, condition)
            .map(figure)
            .filter(Number.class::isInstance)
            .map(value -> ((Number) value).doubleValue())
            .toList();
    return values.isEmpty() ? Optional.empty() : Optional.of(Summary.of(values));
  }

  /** The runs of a condition. */
  Stream<Run> runs(String experiment, String condition) {
    return of(experiment).stream()
        .flatMap(results -> results.runs().stream())
        .filter(run -> run.condition().equals(condition));
  }

  /**
   * How much of the way from {@code from} to {@code to} the runs of {@code reached} have gone, in
   * means: 0 is nothing, 1 is all.
   */
  Optional<Double> share(String experiment, String from, String reached, String to) {
    Optional<Summary> start = summary(experiment, from);
    Optional<Summary> end = summary(experiment, to);
    Optional<Summary> here = summary(experiment, reached);
    if (start.isEmpty() || end.isEmpty() || here.isEmpty()) {
      return Optional.empty();
    }
    double whole = start.get().mean() - end.get().mean();
    return Optional.of((start.get().mean() - here.get().mean()) / whole);
  }

  /** Answers to the images of a class, by answer, over all runs of a condition. */
  long[] answers(String experiment, String condition, int label) {
    long[] sum = new long[10];
    runs(experiment, condition)
        .map(run -> run.figures().get("confusion"))
        .filter(Objects::nonNull)
        .forEach(
            confusion -> {
              List<?> row = (List<?>) ((List<?>) confusion).get(label);
              for (int answer = 0; answer < sum.length; answer++) {
                sum[answer] += ((Number) row.get(answer)).longValue();
              }
            });
    return sum;
  }
}
