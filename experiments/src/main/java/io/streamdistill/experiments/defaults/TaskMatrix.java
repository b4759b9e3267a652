package io.streamdistill.experiments.defaults;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.JsonNode;
import io.streamdistill.config.ConfigException;
import io.streamdistill.experiments.defaults.Product.Setting;
import io.streamdistill.experiments.defaults.TaskRun.Student;
import io.streamdistill.experiments.lab.Results;
import io.streamdistill.experiments.lab.Results.Run;
import io.streamdistill.student.learning.DivergenceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks times seeds, one after the other. A task that fails is reported, and the next one begun.
 */
final class TaskMatrix {

  private static final Logger log = LoggerFactory.getLogger(TaskMatrix.class);

  private static final String STATE = "state";

  private final Product product;
  private final Map<String, Reference> references;
  private final Results results;
  private final Conditions conditions;
  private final PrintWriter console;

  /**
   * Under what tasks are run.
   *
   * @param servers of the cluster
   * @param tried settings beside the defaults
   * @param work directory for what a run leaves
   * @param limit of a run
   */
  record Conditions(String servers, Map<String, String> tried, Path work, Duration limit) {}

  TaskMatrix(
      Product product,
      Map<String, Reference> references,
      Results results,
      Conditions conditions,
      PrintWriter console) {
    this.product = product;
    this.references = references;
    this.results = results;
    this.conditions = conditions;
    this.console = console;
  }

  /**
   * Runs what is not in the results yet.
   *
   * @param again whether to run all
   */
  void run(List<ForeignTask> tasks, int seeds, boolean again)
      throws IOException, InterruptedException {
    console.printf(
        "%-16s %4s %9s %9s %7s %-6s %-9s %8s%n",
        "task", "seed", "agreement", "reference", "points", "target", "state", "seconds");
    for (ForeignTask task : tasks) {
      reference(task); // before hours of work
    }
    for (ForeignTask task : tasks) {
      run(task, seeds, again);
      List<Run> runs = of(task, seeds);
      if (runs.size() > 1) {
        print(task.name(), "mean", Cell.of(runs), "", "");
      }
    }
  }

  private List<Run> of(ForeignTask task, int seeds) {
    return results.runs().stream()
        .filter(run -> run.condition().equals(task.name()) && run.seed() <= seeds)
        .toList();
  }

  private void run(ForeignTask task, int seeds, boolean again)
      throws IOException, InterruptedException {
    JsonNode settings;
    try {
      settings = settings(task);
    } catch (IOException | RuntimeException e) {
      for (long seed = 1; seed <= seeds; seed++) {
        add(failure(task, seed, Results.settings(conditions.tried()), "configuration", e));
      }
      return;
    }
    List<Long> missing =
        LongStream.rangeClosed(1, seeds)
            .filter(seed -> again || !done(task, seed, settings))
            .boxed()
            .toList();
    if (missing.isEmpty()) {
      of(task, seeds).forEach(this::print);
      return;
    }
    TaskRun run =
        new TaskRun(
            product,
            task,
            conditions.servers(),
            conditions.tried(),
            conditions.work(),
            conditions.limit());
    try {
      run.score();
    } catch (IOException | RuntimeException e) {
      for (long seed : missing) {
        add(failure(task, seed, settings, "scoring", e));
      }
      return;
    }
    for (long seed : missing) {
      try {
        add(success(task, seed, settings, run.train(seed)));
      } catch (IOException | OrtException | RuntimeException e) {
        add(failure(task, seed, settings, "training", e));
      }
    }
  }

  private Reference reference(ForeignTask task) {
    Reference reference = references.get(task.name());
    if (reference == null) {
      throw new ConfigException(
          "there is no reference of task '%s'; run experiments/reference/reference.py"
              .formatted(task.name()));
    }
    return reference;
  }

  private boolean done(ForeignTask task, long seed, JsonNode settings) {
    return results.has(task.name(), seed, settings)
        && results.runs().stream()
            .noneMatch(
                run ->
                    run.condition().equals(task.name())
                        && run.seed() == seed
                        && run.figures().containsKey(Cell.FAILED));
  }

  /** What a run depends on: one that is in the results under the same ones is not made again. */
  private JsonNode settings(ForeignTask task) throws IOException {
    List<Setting> settings = product.configured(task.yaml(), Map.of()).settings();
    List<String> extras = Configured.extras(settings);
    if (!extras.isEmpty()) {
      throw new ConfigException(
          "%s sets %s, which is no description of a task; a matrix of the defaults leaves that out"
              .formatted(task.yaml(), String.join(", ", extras)));
    }
    Map<String, Object> kept = new TreeMap<>(conditions.tried());
    kept.put("labels", task.labels());
    kept.put(
        "fingerprint",
        Configured.fingerprint(
            product.configured(task.yaml(), conditions.tried()).settings(), task));
    return Results.settings(kept);
  }

  private Run success(ForeignTask task, long seed, JsonNode settings, Student student)
      throws IOException {
    Reference reference = reference(task);
    Map<String, Object> figures = figures(reference);
    figures.put(Cell.AGREEMENT, rounded(student.agreement(), 1e5));
    figures.put("difference", rounded(100 * (student.agreement() - reference.agreement()), 1e2));
    figures.put(STATE, student.state());
    figures.put("recoveries", student.recoveries());
    figures.put(Cell.DIVERGED, !student.finite() || student.state().equals("diverged"));
    return new Run(task.name(), seed, settings, figures, student.seconds());
  }

  private Run failure(ForeignTask task, long seed, JsonNode settings, String during, Exception e)
      throws IOException {
    log.error("task {}, seed {}: {} failed", task.name(), seed, during, e);
    Map<String, Object> figures = figures(reference(task));
    figures.put(STATE, e instanceof DivergenceException ? Cell.DIVERGED : Cell.FAILED);
    figures.put(Cell.FAILED, during + ": " + e.getMessage());
    figures.put(Cell.DIVERGED, e instanceof DivergenceException);
    return new Run(task.name(), seed, settings, figures, 0);
  }

  private static Map<String, Object> figures(Reference reference) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put(Cell.REFERENCE, reference.agreement());
    figures.put(Cell.TOLERANCE, 100 * reference.tolerance());
    return figures;
  }

  private static double rounded(double value, double unit) {
    return Math.round(value * unit) / unit;
  }

  private void add(Run run) throws IOException {
    results.add(run);
    print(run);
  }

  private void print(Run run) {
    String seconds = String.format(Locale.ROOT, "%.1f", run.seconds());
    String state = String.valueOf(run.figures().get(STATE));
    print(run.condition(), Long.toString(run.seed()), Cell.of(List.of(run)), state, seconds);
    Object failure = run.figures().get(Cell.FAILED);
    if (failure != null) {
      console.println("  " + failure);
      console.flush();
    }
  }

  private void print(String task, String seed, Cell cell, String state, String seconds) {
    console.printf(
        "%-16s %4s %9s %9.4f %7s %-6s %-9s %8s%n",
        task,
        seed,
        cell.agreement() == null ? "-" : String.format(Locale.ROOT, "%.4f", cell.agreement()),
        cell.reference(),
        cell.difference() == null ? "-" : String.format(Locale.ROOT, "%+.2f", cell.difference()),
        cell.met() ? "met" : "missed",
        state,
        seconds);
    console.flush();
  }
}
