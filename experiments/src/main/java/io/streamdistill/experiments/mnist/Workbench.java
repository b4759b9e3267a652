package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.Lab;
import io.streamdistill.experiments.lab.Lab.Stage;
import io.streamdistill.experiments.lab.Results;
import io.streamdistill.experiments.lab.Results.Run;
import io.streamdistill.experiments.lab.ScoredSet;
import io.streamdistill.experiments.lab.StudentRecipe;
import io.streamdistill.experiments.lab.TeacherRecipe;
import io.streamdistill.experiments.mnist.MnistJudge.Judgement;
import io.streamdistill.records.ClassMap;
import io.streamdistill.student.learning.DivergenceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What experiments on MNIST share: the data, the pipeline, and how a student is judged. */
final class Workbench implements AutoCloseable {

  /** Temperature at which teachers publish; students choose their own. */
  static final double PUBLISHED_AT = 20;

  private static final int QUICK_TRAIN = 6_000;

  /** Makes figures by condition, in order, out of a trained student. */
  interface Judge {
    Map<String, Map<String, Object>> judge(Job job, List<Stage> stages) throws IOException;
  }

  private final ExperimentOptions options;
  private final Lab lab;
  private final MnistData train;
  private final MnistData test;
  private final Results results;
  private final PrintWriter console;

  Workbench(ExperimentOptions options, Results results, PrintWriter console) throws IOException {
    this.options = options;
    this.results = results;
    this.console = console;
    train = MnistData.train(options.data());
    test = MnistData.test(options.data());
    lab = Lab.open(options.work(), MnistJudge.PIXELS, ClassMap.ofCount(MnistJudge.CLASSES));
  }

  ExperimentOptions options() {
    return options;
  }

  MnistData train() {
    return train;
  }

  /** Images that students may learn from: the first ones of the training set. */
  int trainCount() {
    if (options.quick()) {
      return QUICK_TRAIN;
    }
    int all = train.images().count();
    return options.validation() ? all - MnistData.VALIDATION : all;
  }

  /** Has {@code examples} scored by the teacher of the options. */
  ScoredSet score(String name, MnistTransferSet examples) throws IOException, InterruptedException {
    return score(name, examples, TeacherRecipe.of(options.teacher()));
  }

  ScoredSet score(String name, MnistTransferSet examples, TeacherRecipe teacher)
      throws IOException, InterruptedException {
    say("%s: %,d examples to be scored", name, examples.count());
    return lab.score(logName(name), examples, teacher, PUBLISHED_AT);
  }

  /** Name of a log that tells runs on other parts of the data, and by other teachers, apart. */
  String logName(String name) {
    return (options.quick() ? "quick-" : options.validation() ? "validation-" : "")
        + options.teacherKey()
        + "-"
        + name;
  }

  /** The training images as they are. */
  ScoredSet plain() throws IOException, InterruptedException {
    return score("plain", MnistTransferSet.plain(train, trainCount(), label -> true));
  }

  /** Jobs of one condition, one for each seed. */
  List<Job> jobs(String condition, ScoredSet log, String logName, StudentRecipe recipe) {
    List<Job> jobs = new ArrayList<>();
    for (long seed = 1; seed <= options.seeds(); seed++) {
      jobs.add(new Job(condition, log, logName(logName), recipe, seed));
    }
    return jobs;
  }

  /** Trains students, several at once, and counts their errors. */
  void run(List<Job> jobs) throws InterruptedException, IOException {
    run(jobs, 1, (job, stages) -> Map.of(job.condition(), figures(stages.get(0).model())));
  }

  /** Trains students, several at once, and has them judged; those in the results are left out. */
  void run(List<Job> jobs, int stages, Judge judge) throws InterruptedException, IOException {
    List<Job> open =
        jobs.stream()
            .filter(
                job -> !results.has(job.condition(), job.seed(), Results.settings(job.recipe())))
            .toList();
    say("%d of %d students to be trained", open.size(), jobs.size());
    ExecutorService threads = Executors.newFixedThreadPool(options.parallel());
    try {
      List<Future<?>> running = new ArrayList<>();
      for (Job job : open) {
        running.add(
            threads.submit(
                () -> {
                  run(job, stages, judge);
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("an experiment failed: " + e.getCause(), e);
    } finally {
      threads.shutdownNow();
    }
  }

  private void run(Job job, int stages, Judge judge) throws InterruptedException, IOException {
    long start = System.nanoTime();
    List<Stage> trained;
    try {
      trained = train(job, stages);
    } catch (DivergenceException e) { // a result, too
      Map<String, Object> diverged = Map.of("diverged", String.valueOf(e.getMessage()));
      results.add(
          new Run(job.condition(), job.seed(), Results.settings(job.recipe()), diverged, 0));
      say("%s, seed %d: diverged", job.condition(), job.seed());
      return;
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    String first = null;
    for (var judged : judge.judge(job, trained).entrySet()) {
      Map<String, Object> figures = new LinkedHashMap<>(judged.getValue());
      if (first == null) {
        first = judged.getKey();
      } else {
        figures.put(Results.SAME_STUDENT, first);
      }
      results.add(
          new Run(judged.getKey(), job.seed(), Results.settings(job.recipe()), figures, seconds));
      say("%s, seed %d: %s (%.0f s)", judged.getKey(), job.seed(), judged.getValue(), seconds);
    }
  }

  List<Stage> train(Job job, int stages) throws InterruptedException {
    return lab.train(job.log(), job.student(), job.recipe(), job.seed(), stages, job.probe());
  }

  /** Name of the figure that counts: errors on the test set, or on the images held out from it. */
  String figure() {
    return options.validation() ? "validation_errors" : "test_errors";
  }

  /** The errors of a model. */
  Map<String, Object> figures(Path model) {
    return figures(judge(model));
  }

  Map<String, Object> figures(Judgement judgement) {
    return Map.of(figure(), judgement.errors());
  }

  /** Adds the errors of a teacher to the results. */
  void judge(String condition, TeacherRecipe teacher, Object settings) throws IOException {
    Map<String, Object> figures = figures(judge(logProbabilities(teacher)));
    results.add(new Run(condition, 0, Results.settings(settings), figures, 0));
    say("%s: %s", condition, figures);
  }

  Judgement judge(Path model) {
    return judge(logProbabilities(model));
  }

  Judgement judge(double[][] logProbabilities) {
    return options.validation()
        ? MnistJudge.judge(logProbabilities, train, train.images().count() - MnistData.VALIDATION)
        : MnistJudge.judge(logProbabilities, test, 0);
  }

  /** Of a model, for the images that count. */
  double[][] logProbabilities(Path model) {
    return logProbabilities(TeacherRecipe.of(model));
  }

  double[][] logProbabilities(TeacherRecipe teacher) {
    int all = train.images().count();
    return options.validation()
        ? MnistJudge.logProbabilities(teacher, train, all - MnistData.VALIDATION, all)
        : MnistJudge.logProbabilities(teacher, test, 0, test.images().count());
  }

  void say(String format, Object... arguments) {
    console.println(String.format(Locale.ROOT, format, arguments));
    console.flush();
  }

  @Override
  public void close() {
    lab.close();
  }
}
